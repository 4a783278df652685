/** One word of a shell script. */
interface ShellWord {
  /** Without quotes; expansions stay as written. */
  readonly text: string;
  /** UTF-16 offsets in the script, quotes included. */
  readonly start: number;
  readonly end: number;
}

/** A simple command: the words between two operators, without redirections. */
export type ShellCommand = readonly ShellWord[];

interface Cursor {
  readonly script: string;
  /** Variables whose `$(NAME)` Kubernetes replaces before the shell sees the script. */
  readonly replaced: ReadonlySet<string>;
  at: number;
  word: { text: string; start: number } | null;
}

const BLANK = new Set([' ', '\t', '\r']);
const OPERATORS = new Set(['\n', ';', '&', '|', '(', ')']);

/** `$(NAME)` of a replaced variable at the cursor; null: something else, such as command substitution or the escaped `$$(NAME)`. */
function reference({ script, at, replaced }: Cursor): string | null {
  const found = /^\$\(([A-Za-z_]\w*)\)/.exec(script.slice(at, at + 256));
  return found !== null && replaced.has(found[1] ?? '') && script.charAt(at - 1) !== '$' ? found[0] : null;
}

/** Consumes a quoted run into the current word. False: the quote is not closed. */
function quoted(cursor: Cursor, quote: string): boolean {
  const { script } = cursor;
  cursor.word ??= { text: '', start: cursor.at };
  for (cursor.at += 1; cursor.at < script.length; cursor.at += 1) {
    const char = script.charAt(cursor.at);
    if (char === quote) {
      cursor.at += 1;
      return true;
    }
    const replaced = quote === '"' ? reference(cursor) : null;
    if (replaced !== null) {
      cursor.word.text += replaced;
      cursor.at += replaced.length - 1;
      continue;
    }
    if (quote === '"' && (char === '`' || script.startsWith('$(', cursor.at))) return false;
    if (quote === '"' && char === '\\' && '"\\$`\n'.includes(script.charAt(cursor.at + 1))) {
      cursor.at += 1;
      if (script.charAt(cursor.at) === '\n') continue;
    }
    cursor.word.text += script.charAt(cursor.at);
  }
  return false;
}

/** Skips `>`, `2>&1`, `&>file` and their target. False: a here-document, whose lines would look like commands. */
function redirection(cursor: Cursor): boolean {
  const rest = cursor.script.slice(cursor.at);
  const match = /^(?:&>>?|[<>]&?|>>|<>|>\|)\s*(?:[^\s;&|()<>"'`]*)/.exec(rest);
  if (rest.startsWith('<<') || match === null) return false;
  cursor.at += match[0].length;
  return true;
}

function comment(cursor: Cursor): void {
  const end = cursor.script.indexOf('\n', cursor.at);
  cursor.at = end === -1 ? cursor.script.length : end;
}

function ended(cursor: Cursor): ShellWord | null {
  const { word } = cursor;
  cursor.word = null;
  return word === null ? null : { ...word, end: cursor.at };
}

interface Splitter {
  readonly cursor: Cursor;
  readonly commands: ShellWord[][];
}

function finish({ cursor, commands }: Splitter): void {
  const word = ended(cursor);
  if (word !== null) commands.at(-1)?.push(word);
}

/** Consumes the end of a word: blanks, operators, redirections. Null: none of these. False: cannot be parsed. */
function separator(splitter: Splitter): boolean | null {
  const { cursor, commands } = splitter;
  const { script } = cursor;
  const char = script.charAt(cursor.at);
  if (script.startsWith('\\\n', cursor.at) || BLANK.has(char)) {
    finish(splitter);
    cursor.at += char === '\\' ? 2 : 1;
    return true;
  }
  if (char === '<' || char === '>' || script.startsWith('&>', cursor.at)) {
    // An io number (`2>`) is not a word.
    if (cursor.word !== null && /^\d$/.test(cursor.word.text)) cursor.word = null;
    finish(splitter);
    return redirection(cursor);
  }
  if (!OPERATORS.has(char)) return null;
  finish(splitter);
  commands.push([]);
  cursor.at += 1;
  return true;
}

/** Consumes a piece of a word. False: cannot be parsed. */
function piece(cursor: Cursor): boolean {
  const { script } = cursor;
  const char = script.charAt(cursor.at);
  const replaced = reference(cursor);
  if (replaced !== null) {
    cursor.word ??= { text: '', start: cursor.at };
    cursor.word.text += replaced;
    cursor.at += replaced.length;
    return true;
  }
  if (char === '`' || script.startsWith('$(', cursor.at)) return false;
  if (char === '"' || char === "'") return quoted(cursor, char);
  cursor.word ??= { text: '', start: cursor.at };
  if (char === '\\') cursor.at += 1;
  cursor.word.text += script.charAt(cursor.at);
  cursor.at += 1;
  return true;
}

/**
 * Splits a POSIX shell script into simple commands. For the few lines that start a server, not for programs: here-documents, command
 * substitution and unclosed quotes yield null, and the caller refuses the script. @param replaced names of variables whose `$(NAME)`
 * Kubernetes replaces by words without a meaning to the shell
 */
export function parseScript(
  script: string,
  replaced: ReadonlySet<string> = new Set(),
): readonly ShellCommand[] | null {
  const cursor: Cursor = { script, replaced, at: 0, word: null };
  const splitter: Splitter = { cursor, commands: [[]] };
  while (cursor.at < script.length) {
    if (script.charAt(cursor.at) === '#' && cursor.word === null) comment(cursor);
    else if (!(separator(splitter) ?? piece(cursor))) return null;
  }
  finish(splitter);
  return splitter.commands.filter((command) => command.length > 0);
}

/** Removes words (with the blanks before them) and appends text after the command's last word. */
export function editScript(
  script: string,
  command: ShellCommand,
  drop: ReadonlySet<number>,
  append: readonly string[],
): string {
  const last = command.at(-1);
  if (last === undefined) return script;
  let edited = '';
  let from = 0;
  command.forEach((word, index) => {
    if (!drop.has(index)) return;
    const before = command[index - 1];
    edited += script.slice(from, before?.end ?? word.start);
    from = word.end;
  });
  edited += script.slice(from, last.end);
  return `${edited} ${append.join(' ')}${script.slice(last.end)}`;
}
