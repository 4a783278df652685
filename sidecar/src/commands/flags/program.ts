import { readFileSync } from 'node:fs';

import { nearest } from '../../policy/kinds/nearest.ts';
import { UsageError } from './flags.ts';

/** A program with commands. */
export interface Program {
  /** As typed: `llm-boundary-webhook`. */
  readonly name: string;
  /** Asked for it alone. */
  readonly version: () => string;
  readonly commands: readonly string[];
  /** Words that are commands of another program, and its name. Default: none. */
  readonly elsewhere?: ReadonlyMap<string, string>;
}

/** What a command line asks of the program itself. */
export type ProgramWord =
  | { readonly kind: 'version'; readonly text: string }
  /** Arguments for the command, or for the program where it has flags of its own. */
  | { readonly kind: 'run'; readonly argv: readonly string[] };

/** Reads `--version`, `version` and `help [COMMAND]` in place of a command. @throws UsageError for a word that is no command */
export function programWord(program: Program, argv: readonly string[]): ProgramWord {
  const { name, version, commands, elsewhere } = program;
  const [word, ...rest] = argv;
  if (word === '--version' || word === 'version') return { kind: 'version', text: `${name} ${version()}\n` };
  if (word === 'help') return programWord(program, [...rest, '--help']);
  if (word === undefined || word.startsWith('-') || commands.includes(word)) return { kind: 'run', argv };
  const other = elsewhere?.get(word);
  if (other !== undefined)
    throw new UsageError(`${word} is a program of its own: ${other} (--help explains)`);
  const near = nearest(word, commands);
  throw new UsageError(
    `${JSON.stringify(word)}: unknown command; ${near === null ? '' : `did you mean ${near}? `}expected one of ${commands.join(', ')}, or flags (--help explains)`,
  );
}

/** The version in a `package.json`. @throws system errors */
export function versionIn(packageJson: URL): string {
  return (JSON.parse(readFileSync(packageJson, 'utf8')) as { readonly version: string }).version;
}
