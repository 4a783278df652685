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
import { programWord } from '../flags/program.ts';
import { isGone } from '../flags/index.ts';
import { parseVerifier, type Verifier } from '../../audit/record/note.ts';
import {
  exportCommand,
  openCommand,
  proveCommand,
  showCommand,
  verifyCommand,
  verifyFleetCommand,
  whyCommand,
  type Output,
} from './commands.ts';
import { digestCommand } from './digest-command.ts';
import { eraseCommand, openSealedCommand } from './sealed-command.ts';
import { eraseSpec, openSealedSpec } from './sealed-specs.ts';
import { reportCommand } from './report-command.ts';
import type { FleetOptions } from '../../audit/verify/fleet/verify-fleet.ts';
import type { Source } from '../../audit/verify/entries.ts';
import { plain } from '../../audit/verify/show.ts';
import { filterOf, timeOf } from './filter-flags.ts';
import {
  PROGRAM,
  digestSpec,
  exportSpec,
  openSpec,
  proveSpec,
  reportSpec,
  rootSpec,
  showSpec,
  verifySpec,
  whySpec,
} from './specs.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Command = (argv: readonly string[], env: Environment, output: Output) => Promise<number>;

const commands: ReadonlyMap<string, Command> = new Map([
  [
    'verify',
    command(verifySpec, (flags, source, output) => {
      const json = flags.json || flags.output === 'json';
      const keys = flags.key.map((text) => verifierOf('key', text));
      const fleet = fleetOf(flags, Date.now());
      if (fleet === null) needFleetLog({ from: flags.from, to: flags.to });
      return fleet === null
        ? verifyCommand(source, { keys, live: flags.live, json }, output)
        : verifyFleetCommand(source, { ...fleet, json }, output);
    }),
  ],
  [
    'show',
    command(showSpec, (flags, source, output) => {
      const now = Date.now();
      const filter = filterOf(flags, now);
      const from = flags.since === null ? filter.from : timeOf('since', flags.since, now);
      return showCommand(source, { ...filter, from }, flags.json, output);
    }),
  ],
  [
    'why',
    onExchange(whySpec, ({ json }, exchange, source, output) => whyCommand(source, exchange, json, output)),
  ],
  [
    'export',
    command(exportSpec, (flags, source, output) =>
      exportCommand(source, filterOf(flags, Date.now()), flags.format, output),
    ),
  ],
  [
    'report',
    command(reportSpec, (flags, source, output) => {
      const now = Date.now();
      const fleet = fleetOf(flags, now);
      const options = {
        period: { from: boundOf('from', flags.from, now), to: boundOf('to', flags.to, now) },
        fleet,
        keys: flags.key.map((text) => verifierOf('key', text)),
        live: flags.live,
        output: flags.output ?? 'html',
        generated: new Date(now).toISOString(),
      } as const;
      return reportCommand(source, options, output);
    }),
  ],
  ['prove', command(proveSpec, (flags, source, output) => proveCommand(source, flags.exchange, output))],
  ['open', openOf],
  [
    'erase',
    onExchange(eraseSpec, ({ part }, exchange, source, output) =>
      eraseCommand(source, { exchange, part }, output),
    ),
  ],
  ['digest', digestOf],
]);

/** `llm-boundary-audit`. Resolves to the exit status; unreadable files count as missing evidence. */
export async function runAuditCommand(
  argv: readonly string[],
  env: Environment,
  output: Output,
  version: () => string = () => 'unknown',
): Promise<number> {
  try {
    const word = programWord({ name: PROGRAM, version, commands: [...commands.keys()] }, argv);
    if (word.kind === 'version') {
      output.out(word.text.trimEnd());
      return EXIT_OK;
    }
    const [name = '--help', ...rest] = word.argv;
    const chosen = commands.get(name);
    if (chosen !== undefined) return await chosen(rest, env, output);
    if (name === '--help' || name === '-h') {
      output.out(renderHelp(rootSpec).trimEnd());
      return EXIT_OK;
    }
    throw new UsageError(`${name}: unknown flag; expected a command (--help explains)`);
  } catch (fault) {
    output.err(plain(`${PROGRAM}: ${reasonOf(fault)}`));
    return fault instanceof UsageError ? EXIT_USAGE : EXIT_NO;
  }
}

function reasonOf(fault: unknown): string {
  if (!isNativeError(fault)) return 'failed';
  return isGone(fault) && 'path' in fault
    ? `${String(fault.path)}: there is no such file or folder`
    : fault.message;
}

/** Parses the sources, which all commands share, after `before` operands of the command's own. */
function command<const Flags extends readonly FlagSpec[]>(
  spec: CommandSpec<Flags>,
  run: (flags: FlagValues<Flags>, source: Source, output: Output) => Promise<number>,
  before = 0,
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
    const ways = [fromLog !== null, fromOtlp.length > 0, parsed.operands.length > before].filter(Boolean);
    // With a fleet log, lines of any source count.
    const isMixed = textsIn(given['fleet-log']).length > 0;
    if (ways.length === 0 || (ways.length > 1 && !isMixed) || parsed.operands.length < before)
      throw new UsageError(`${spec.command}: expected one of PATH…, --from-log FILE or --from-otlp PATH`);
    return run(parsed.flags, { paths: parsed.operands, fromLog, fromOtlp }, output);
  };
}

/** Of a command whose first operand is the exchange. */
function onExchange<const Flags extends readonly FlagSpec[]>(
  spec: CommandSpec<Flags>,
  run: (flags: FlagValues<Flags>, exchange: string, source: Source, output: Output) => Promise<number>,
): Command {
  return command(
    spec,
    (flags, source, output) => {
      const [exchange = '', ...paths] = source.paths;
      return run(flags, exchange, { ...source, paths }, output);
    },
    1,
  );
}

/** An identity opens a body that is kept; without one, a body from elsewhere is held against its commitment. */
function openOf(argv: readonly string[], env: Environment, output: Output): Promise<number> {
  const isSealed = argv.some((word) => /^--identity(=|$)/.test(word));
  return (isSealed ? openSealed : openKept)(argv, env, output);
}

function openSealed(argv: readonly string[], env: Environment, output: Output): Promise<number> {
  return onExchange(openSealedSpec, ({ identity, part }, exchange, source, out) =>
    openSealedCommand(source, { exchange, part, identityFile: identity }, out),
  )(argv, env, output);
}

/** Reads no record. */
async function digestOf(argv: readonly string[], env: Environment, output: Output): Promise<number> {
  const parsed = parseFlags(digestSpec, argv, env);
  if (parsed.kind === 'help') {
    output.out(parsed.text.trimEnd());
    return EXIT_OK;
  }
  const { 'digest-key': keyFile, json, issuer } = parsed.flags;
  if (json && issuer !== null) throw new UsageError('--issuer: a subject is text; leave out --json');
  return digestCommand({ file: parsed.operands[0] ?? '', keyFile, json, issuer }, output);
}

function openKept(argv: readonly string[], env: Environment, output: Output): Promise<number> {
  return command(openSpec, (flags, source, out) => {
    const { exchange, part, body: bodyFile, 'commitment-key': keyFile } = flags;
    return openCommand(source, { exchange, part, bodyFile, keyFile }, flags.json, out);
  })(argv, env, output);
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

type FleetFlags = Pick<
  FlagValues<typeof verifySpec.flags>,
  'fleet-log' | 'anchor-key' | 'from' | 'to' | 'live' | 'key'
>;

/** Null without a fleet log. @throws UsageError */
function fleetOf(flags: FleetFlags, nowMs: number): FleetOptions | null {
  const { 'fleet-log': fleetLog, 'anchor-key': anchorKey, from, to, live, key } = flags;
  if (fleetLog.length === 0) {
    needFleetLog({ 'anchor-key': anchorKey });
    return null;
  }
  if (key.length > 0)
    throw new UsageError(
      '--key and --fleet-log exclude each other: the keys of the logs come from the fleet log',
    );
  return {
    fleetLog,
    anchorKey: anchorKey === null ? null : verifierOf('anchor-key', anchorKey),
    from: boundOf('from', from, nowMs),
    to: boundOf('to', to, nowMs),
    live,
  };
}

/** @throws UsageError if such a flag was given. */
function needFleetLog(given: Readonly<Record<string, string | null>>): void {
  const needing = Object.entries(given).find(([, value]) => value !== null);
  if (needing !== undefined)
    throw new UsageError(
      `--${needing[0]} needs --fleet-log, since only an anchor knows which logs there should be; without one, verify PATH --key KEY checks a whole log`,
    );
}

function boundOf(flag: string, text: string | null, nowMs: number): string | null {
  return text === null ? null : timeOf(flag, text, nowMs);
}

function verifierOf(flag: string, text: string): Verifier {
  const verifier = parseVerifier(text);
  if (verifier === null)
    throw new UsageError(
      `--${flag} ${JSON.stringify(text)}: expected a verifier key, NAME+KEYID+BASE64, with an Ed25519 key`,
    );
  return verifier;
}
