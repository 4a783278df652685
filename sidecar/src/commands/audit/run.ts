import { isNativeError } from 'node:util/types';

import {
  EXIT_NO,
  EXIT_OK,
  EXIT_USAGE,
  parseFlags,
  renderHelp,
  UsageError,
  type CommandSpec,
  type FlagSpec,
  type FlagValues,
} from '../flags/flags.ts';
import { parseVerifier, type Verifier } from '../../audit/record/note.ts';
import {
  exportCommand,
  openCommand,
  proveCommand,
  showCommand,
  verifyCommand,
  type Output,
} from './commands.ts';
import type { Source } from '../../audit/verify/entries.ts';
import { plain } from '../../audit/verify/show.ts';
import { exportSpec, openSpec, proveSpec, rootSpec, showSpec, verifySpec } from './specs.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Command = (argv: readonly string[], env: Environment, output: Output) => Promise<number>;

const commands: ReadonlyMap<string, Command> = new Map([
  [
    'verify',
    command(verifySpec, (flags, source, output) =>
      verifyCommand(source, { keys: flags.key.map(verifierOf), live: flags.live, json: flags.json }, output),
    ),
  ],
  [
    'show',
    command(showSpec, (flags, source, output) => {
      const { exchange, code } = flags;
      const since = flags.since === null ? null : timeOf(flags.since);
      return showCommand(source, { exchange, code, since }, flags.json, output);
    }),
  ],
  ['export', command(exportSpec, (flags, source, output) => exportCommand(source, flags.format, output))],
  ['prove', command(proveSpec, (flags, source, output) => proveCommand(source, flags.exchange, output))],
  [
    'open',
    command(openSpec, (flags, source, output) => {
      const { exchange, part, body: bodyFile, 'commitment-key': keyFile } = flags;
      return openCommand(source, { exchange, part, bodyFile, keyFile }, flags.json, output);
    }),
  ],
]);

/** `llm-boundary-audit`. Resolves to the exit status; what cannot be read counts as missing evidence. */
export async function runAuditCommand(
  argv: readonly string[],
  env: Environment,
  output: Output,
): Promise<number> {
  const [name = '--help', ...rest] = argv;
  const chosen = commands.get(name);
  try {
    if (chosen !== undefined) return await chosen(rest, env, output);
    if (name === '--help' || name === '-h') {
      output.out(renderHelp(rootSpec).trimEnd());
      return EXIT_OK;
    }
    throw new UsageError(`${name}: unknown command; expected one of ${[...commands.keys()].join(', ')}`);
  } catch (fault) {
    output.err(plain(isNativeError(fault) ? fault.message : 'failed'));
    return fault instanceof UsageError ? EXIT_USAGE : EXIT_NO;
  }
}

/** Parses what all commands share: where to read. */
function command<const Flags extends readonly FlagSpec[]>(
  spec: CommandSpec<Flags>,
  run: (flags: FlagValues<Flags>, source: Source, output: Output) => Promise<number>,
): Command {
  return (argv, env, output) => {
    const parsed = parseFlags(spec, argv, env);
    if (parsed.kind === 'help') {
      output.out(parsed.text.trimEnd());
      return Promise.resolve(EXIT_OK);
    }
    const given: Readonly<Record<string, unknown>> = parsed.flags;
    const fromLog = typeof given['from-log'] === 'string' ? given['from-log'] : null;
    const fromOtlp = textsIn(given['from-otlp']);
    const ways = [fromLog !== null, fromOtlp.length > 0, parsed.operands.length > 0].filter(Boolean);
    if (ways.length !== 1)
      throw new UsageError(`${spec.command}: expected one of PATH…, --from-log FILE or --from-otlp PATH`);
    return run(parsed.flags, { paths: parsed.operands, fromLog, fromOtlp }, output);
  };
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function verifierOf(text: string): Verifier {
  const verifier = parseVerifier(text);
  if (verifier === null)
    throw new UsageError(
      `--key ${JSON.stringify(text)}: expected a verifier key, NAME+KEYID+BASE64, with an Ed25519 key`,
    );
  return verifier;
}

function timeOf(text: string): string {
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(
      `--since ${JSON.stringify(text)}: expected a time like 2026-01-31T12:00:00Z or a date like 2026-01-31`,
    );
  return new Date(time).toISOString();
}
