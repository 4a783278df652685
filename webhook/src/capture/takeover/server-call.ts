import type { Container } from '../../pod/pod.ts';
import { editScript, parseScript, type ShellCommand } from './shell.ts';

/** The call that starts the server, in exec form or inside a shell script. */
export interface ServerCall {
  /** The words after the server's own. */
  readonly args: readonly string[];
  /** Words before the server's own: wrappers and assignments. */
  readonly prefix: readonly string[];
  /** True if a shell expands `$VAR`; else Kubernetes expands `$(VAR)` only. */
  readonly shell: boolean;
  /** The container without the args at the dropped positions and with others appended. */
  readonly edit: (drop: ReadonlySet<number>, append: readonly string[]) => Container;
}

/** Number of words that name the server at the beginning of a command line; null: another program. */
export type Recognise = (words: readonly string[]) => number | null;

export type Located =
  | { readonly kind: 'found'; readonly call: ServerCall }
  | { readonly kind: 'absent' }
  /** A script that names the server and cannot be edited safely. */
  | { readonly kind: 'opaque' };

const SHELLS = new Set(['sh', 'bash', 'dash', 'ash', 'zsh', 'busybox']);
const WRAPPERS = new Set([
  '--',
  'dumb-init',
  'env',
  'exec',
  'export',
  'nohup',
  'nvidia_entrypoint.sh',
  'tini',
]);

export function baseName(word: string): string {
  return word.slice(word.lastIndexOf('/') + 1);
}

function isPrefix(word: string): boolean {
  return WRAPPERS.has(baseName(word)) || /^[A-Za-z_][A-Za-z0-9_]*=/.test(word);
}

/** Skips wrappers and assignments, then matches the server. */
function head(words: readonly string[], recognise: Recognise): { prefix: number; args: number } | null {
  const prefix = words.findIndex((word) => !isPrefix(word));
  if (prefix === -1) return null;
  const length = recognise(words.slice(prefix));
  return length === null ? null : { prefix, args: prefix + length };
}

/** Index of the script among the words of a `sh -c SCRIPT`; null: not a shell. */
function scriptIndex(words: readonly string[]): number | null {
  const start = words.findIndex((word) => !isPrefix(word));
  if (start === -1 || !SHELLS.has(baseName(words[start] ?? ''))) return null;
  for (let index = start + 1; index < words.length - 1; index += 1) {
    const word = words[index] ?? '';
    if (/^-[a-z]*c[a-z]*$/.test(word)) return index + 1;
  }
  return null;
}

/** The commands of a command line, of its script where a shell runs one, each without wrappers and assignments; null: cannot be parsed. */
export function commandsOf({ command, args }: Container): readonly (readonly string[])[] | null {
  const words = [...(command ?? []), ...(args ?? [])];
  const script = scriptIndex(words);
  const commands =
    script === null ? [words] : parseScript(words[script] ?? '')?.map((each) => each.map(({ text }) => text));
  const bare = (each: readonly string[]): readonly string[] => {
    const first = each.findIndex((word) => !isPrefix(word));
    return first === -1 ? [] : each.slice(first);
  };
  return commands?.map(bare) ?? null;
}

/** The variables with a literal value that is one plain word wherever it stands in a script. */
function plainVariables({ env }: Container): ReadonlySet<string> {
  const plain = (env ?? []).filter(({ value }) => /^[\w./:=@%+,-]+$/.test(value ?? ''));
  return new Set(plain.map(({ name }) => name));
}

function inScript(
  container: Container,
  words: readonly string[],
  index: number,
  recognise: Recognise,
): Located {
  const script = words[index] ?? '';
  const commands = parseScript(script, plainVariables(container));
  // A script that cannot be parsed may start the server; the caller decides by the image.
  if (commands === null) return { kind: 'opaque' };
  const matches = commands.flatMap((command: ShellCommand) => {
    const found = head(
      command.map(({ text }) => text),
      recognise,
    );
    return found === null ? [] : [{ command, found }];
  });
  const [match, second] = matches;
  if (match === undefined) return { kind: 'absent' };
  if (second !== undefined) return { kind: 'opaque' };
  const { command, found } = match;
  const commandLength = container.command?.length ?? 0;
  const replace = (value: string): Container =>
    index < commandLength
      ? {
          ...container,
          command: (container.command ?? []).map((word, at) => (at === index ? value : word)),
        }
      : {
          ...container,
          args: (container.args ?? []).map((word, at) => (at === index - commandLength ? value : word)),
        };
  return {
    kind: 'found',
    call: {
      args: command.slice(found.args).map(({ text }) => text),
      // Assignments of the whole script count: `export OLLAMA_HOST=… && ollama serve`.
      prefix: commands.flatMap((each) =>
        each
          .slice(0, each === command ? found.prefix : each.length)
          .map(({ text }) => text)
          .filter(isPrefix),
      ),
      shell: true,
      edit: (drop, append) =>
        replace(
          editScript(script, command, new Set([...drop].map((position) => position + found.args)), append),
        ),
    },
  };
}

function inWords(container: Container, prefix: readonly string[], from: number): ServerCall {
  const command = container.command ?? [];
  const args = container.args ?? [];
  const words = [...command, ...args];
  return {
    args: words.slice(from),
    prefix,
    shell: false,
    edit: (drop, append) => {
      const kept = words.filter((_, at) => !drop.has(at - from));
      const dropped = command.filter((_, at) => drop.has(at - from)).length;
      const left = command.length - dropped;
      const tail = [...kept.slice(left), ...append];
      return {
        ...container,
        ...(command.length > 0 ? { command: kept.slice(0, left) } : {}),
        ...(args.length > 0 || tail.length > 0 ? { args: tail } : {}),
      };
    },
  };
}

/**
 * Finds the server in command and args. @param imageArgs if the image's entry point is the server: the number of args that are not its
 * options; it counts only without a command. Null: another image
 */
export function locate(container: Container, recognise: Recognise, imageArgs: Recognise | null): Located {
  const command = container.command ?? [];
  const words = [...command, ...(container.args ?? [])];
  const script = scriptIndex(words);
  if (script !== null) return inScript(container, words, script, recognise);
  const found = head(words, recognise);
  if (found !== null) {
    return { kind: 'found', call: inWords(container, words.slice(0, found.prefix), found.args) };
  }
  const own = command.length === 0 ? (imageArgs?.(words) ?? null) : null;
  return own === null ? { kind: 'absent' } : { kind: 'found', call: inWords(container, [], own) };
}
