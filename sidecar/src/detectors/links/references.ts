/**
 * Where a target may begin outside of a whole tag or image, in the syntax of RE2. No pattern here can take the beginning of another
 * reference into a match that turns out to stay on the page.
 */

const ENTITY_BREAK = '&(?:Tab|NewLine);|&#0*(?:9|10|13);?|&#[xX]0*(?:9|[aAdD]);?';
/** Characters that browsers drop inside a URL, line ends that CSS drops inside a string, and concatenated strings of a script. */
const NOISE = `(?:[\\t\\r\\n]|\\\\\\r?\\n|${ENTITY_BREAK}|["'\`]\\s*\\+\\s*["'\`])*`;
/** Characters before a target in Markdown, including line ends and quote marks. */
const GAP = '[\\s>]*';
const REST = '[^\\s<>()\\[\\]"\'`]*';

/** Controls and spaces, which browsers drop before a URL: literal, as entities or as escapes of CSS. */
const LEAD = `(?:[\\x{0}-\\x{20}]|&#0*(?:[12]?[0-9]|3[0-2]);?|&#[xX]0*(?:1?[0-9A-Fa-f]|20);?|\\\\0{0,4}1?[0-9A-Fa-f]\\s)*`;

/** A character in any notation: literal, as an entity with or without its semicolon, or as an escape of CSS. */
function sign(character: string, ...names: readonly string[]): string {
  const codes = [...new Set([character.toLowerCase(), character.toUpperCase()])].map((one) =>
    one.charCodeAt(0),
  );
  const decimal = codes.join('|');
  const hex = codes.map((code) => code.toString(16)).join('|');
  const named = names.length === 0 ? '' : `|&(?:${names.join('|')});`;
  const plain = codes.map((code) => `\\x{${code.toString(16)}}`).join('');
  return `(?:\\\\?[${plain}]|&#0*(?:${decimal});?|&#[xX]0*(?i:${hex});?|\\\\0{0,4}(?i:${hex})\\s?${named})`;
}

function letters(word: string): string {
  return Array.from(word, (letter) => sign(letter)).join(NOISE);
}

const SLASH = `(?:\\\\?/|${sign('/', 'sol')})`;
const ANY_SLASH = `(?:${SLASH}|\\\\|${sign('\\', 'bsol')})`;
const COLON = `(?:\\\\?:|${sign(':', 'colon')})`;
const HTTP = `${letters('http')}${NOISE}(?:${sign('s')}${NOISE})?${COLON}(?:${ANY_SLASH}|[\\t\\r\\n])*`;
const OTHER = `(?i:wss?|ftps?):${ANY_SLASH}*`;

/** A reference to another host in Markdown: `](…)`, `]: …`, a URL in angle brackets or not. The group is the target. */
export const MARKDOWN_REFERENCES: readonly string[] = [inAngles(), bare()].map(
  (target) => `\\](?:\\(|:)${GAP}${target}`,
);

function markdownStart(): string {
  return `(?:${HTTP}|${OTHER}|[A-Za-z][A-Za-z0-9+.-]*:${ANY_SLASH}{2}|${ANY_SLASH}${NOISE}${ANY_SLASH})`;
}

/** Up to the end of the host: with characters that Markdown allows in a target, and one more if a bracket makes it ambiguous. */
function bare(): string {
  return `(${markdownStart()}(?:\\\\[^\\s]|[^\\s<>/?#\\\\()\\[\\]]|\\([^\\s<>/?#\\\\()]*\\))*(?:[(\\[\\]]|[/?#\\\\]${REST})?)`;
}

function inAngles(): string {
  return `(<\\s*${markdownStart()}(?:\\\\[^\\s]|[^\\n<>/?#\\\\\\]])*(?:\\]|[/?#\\\\]${REST})?)`;
}

const QUOTE = `(?:["'\`]|&(?:quot|apos|grave);)`;
const OPENING = '(?:\\(|&lpar;)';
/**
 * The name of the function `url`, each letter literal, behind a backslash or as an escape of CSS, and what an unusual one has behind it. Any
 * other words up to a bracket would hold back a stream from most words with a `u`.
 */
const URL_NAME = `${Array.from('url', nameSign).join('')}[^"'<>()&]{0,8}`;

/** A letter in the name of a function of CSS. Entities there are read as what they stand for before. */
function nameSign(letter: string): string {
  const codes = [letter, letter.toUpperCase()].map((one) => one.charCodeAt(0).toString(16));
  return `(?:\\\\?(?i:${letter})|\\\\0{0,4}(?i:${codes.join('|')})(?:\\r\\n|\\s)?)`;
}

/** A reference to another host in HTML, CSS, scripts and data: a value, a string, or the argument of `url()`. The group is the target. */
export const QUOTED_REFERENCE =
  `(?:=\\s*${QUOTE}?${LEAD}|(?:${OPENING}|(?i:@import)|,)\\s*${QUOTE}${LEAD}|${QUOTE}|${URL_NAME}${OPENING}\\s*${QUOTE}?${LEAD}` +
  `|\\[(?i:img|url)(?:=[^\\]\\n]{0,16})?\\]|\\\\[A-Za-z]{1,20} ?(?:\\[[^\\]\\n]{0,40}\\])? ?\\{\\s*)` +
  `((?:${HTTP}|${OTHER}|${SLASH}${NOISE}${ANY_SLASH})(?:\\\\[^\\n]|[^"'\`<>/?#\\\\()])*(?:[/?#\\\\]${REST})?)`;

/** Two backslashes as the target of `url()`, each written as one or two. The group is the target. */
export const BACKSLASHES = `(?i:url)${OPENING}\\s*${QUOTE}?${LEAD}(\\\\{2,4}[^\\s"'()\\\\][^\\s"'()]*)`;

/** An address in angle brackets of Markdown, of any scheme. The group is the target. */
export const AUTOLINK = '<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\\s<>]+)>';

/** A reference to another host in plain text, also inside emphasis and with a user name before an at sign. */
export const PLAIN_REFERENCE =
  `(?:\\b|[0-9_])((?:(?i:https?|wss?|ftps?)|${Array.from('http', (letter) => sign(letter)).join('')}${sign('s')}?)` +
  `${COLON}(?:[/\\\\]|\\\\/|&#|&sol;)[/\\\\]*(?:[^\\s<>/?#\\\\"]*@|[^\\s<>/?#\\\\"]*"[^\\s<>/?#\\\\",:;{}\\[\\]]*@)?[^\\s<>()"'\`]+)`;
