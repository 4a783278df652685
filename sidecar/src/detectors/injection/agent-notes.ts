/**
 * Sentences that coding agents put before the files of their users, word for word. They sound like what injections say, and say nothing
 * by themselves: what stands around them is judged as it is.
 */
const SENTENCES: readonly string[] = [
  'Codebase and user instructions are shown below. Be sure to adhere to these instructions.',
  'IMPORTANT: These instructions OVERRIDE any default behavior and you MUST follow them exactly as written.',
  'IMPORTANT: this context may or may not be relevant to your tasks. You should not respond to this context unless it is highly relevant to your task.',
  "As you answer the user's questions, you can use the following context:",
];
/** How the notes begin that they stand in; few texts have it. */
const MARK = '<system-reminder>';
/** What Codex calls its sandbox that is off, in its notes and in the metadata of each request. */
const SANDBOX = 'danger-full-access';

/** A text of a user without what its agent is known to add. */
export function withoutAgentNotes(text: string): string {
  const said = text.replaceAll(SANDBOX, '');
  if (!said.includes(MARK)) return said;
  return SENTENCES.reduce((rest, sentence) => rest.replaceAll(sentence, ''), said);
}
