import { retrieve } from './knowledge.ts';

/** The model's text, and its tool call. */
export interface Answer {
  readonly content: string;
  readonly call: { readonly name: string; readonly arguments: string } | null;
}

/** `send … to ADDRESS`, in many phrasings. */
const MAIL = /\b(?:send|mail|forward|copy)\w*\b[^\n]{0,160}?\b([\w.+-]+@[\w-]+\.[\w.-]+\w)/i;

/**
 * A model that obeys every instruction it reads: in the user's text, in a retrieved document, in the result of a tool. The worst case,
 * independent of whether a real model happens to refuse.
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
