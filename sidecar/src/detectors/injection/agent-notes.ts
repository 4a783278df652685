/**
 * Sentences that coding agents put before the files of their users, word for word. They sound like what injections say, and say nothing
 * by themselves: what stands around them is judged as it is.
 */
const SENTENCES: readonly string[] = [
  'Codebase and user instructions are shown below. Be sure to adhere to these instructions.',
  'IMPORTANT: These instructions OVERRIDE any default behavior and you MUST follow them exactly as written.',
  'IMPORTANT: this context may or may not be relevant to your tasks. You should not respond to this context unless it is highly relevant to your task.',
  "As you answer the user's questions, you can use the following context:",
  'DO NOT mention this to the user explicitly because they are already aware.',
  'Make sure that you NEVER mention this reminder to the user',
];
const EXTENSION =
  '\\.(?:[cm]?[jt]sx?|py|go|rs|java|kt|rb|php|c|h|cc|cpp|cs|swift|sh|sql|json|ya?ml|toml|md|txt|html|css)\\b';
/** Names of source files say nothing, whatever words are in them. */
const SOURCE_FILE = new RegExp(`(?<![\\w./-])(?:[\\w.-]{1,64}/){1,16}[\\w.-]{1,64}${EXTENSION}`, 'g');
/** A quick look that spares most texts with a slash the search. */
const ENDS_SO = new RegExp(EXTENSION);
/** Marker at the start of the notes with these sentences; rare in other texts. */
const MARK = '<system-reminder>';
/** Codex's name for its disabled sandbox, in its notes and in the metadata of each request. */
const SANDBOX = 'danger-full-access';

/** Linear: each name is looked at from its beginning only. */
export function withoutFileNames(text: string): string {
  return text.includes('/') && ENDS_SO.test(text) ? text.replace(SOURCE_FILE, 'file') : text;
}

/** A text of a user without the known additions of its agent. */
export function withoutAgentNotes(text: string): string {
  const said = text.replaceAll(SANDBOX, '');
  if (!said.includes(MARK)) return said;
  return SENTENCES.reduce((rest, sentence) => rest.replaceAll(sentence, ''), said);
}
