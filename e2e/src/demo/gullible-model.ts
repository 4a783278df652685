import { retrieve } from './knowledge.ts';

/** What the model says, and the tool that it wants to be run. */
export interface Answer {
  readonly content: string;
  readonly call: { readonly name: string; readonly arguments: string } | null;
}

/** `send … to ADDRESS`, in the many ways people put it. */
const MAIL = /\b(?:send|mail|forward|copy)\w*\b[^\n]{0,160}?\b([\w.+-]+@[\w-]+\.[\w.-]+\w)/i;

/**
 * A model that obeys whatever it reads, wherever it reads it: in the user's words, in a retrieved document, in the result of a tool. That
 * is the failure in its purest form, without the luck of a model that happens to refuse.
 */
export function obey(texts: readonly string[]): Answer {
  const read = texts.join('\n');
  const retrieved = retrieve(read);
  const content = retrieved === null ? 'I found nothing about that.' : `Here is what I found.\n${retrieved}`;
  const address = MAIL.exec(read)?.[1];
  if (address === undefined) return { content, call: null };
  return {
    content,
    call: { name: 'send_email', arguments: JSON.stringify({ to: address, body: retrieved ?? '' }) },
  };
}
