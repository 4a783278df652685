import { nearest } from '../../policy/kinds/nearest.ts';

/** Kind of a flag's value. `switch` has none; `enum` is one of `values`; `label` is the name of a namespace, which stands in paths of the API. */
export type FlagKind = 'text' | 'number' | 'switch' | 'enum' | 'label';

/** Names of namespaces (RFC 1123). */
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** One flag of a command. Its environment variable sets it too; the flag wins. */
export interface FlagSpec {
  /** `--name` without the dashes. */
  readonly name: string;
  /** One letter, for `-n` beside `--name`. */
  readonly short?: string;
  /** Of the form `LLM_BOUNDARY_…`. Repeatable flags are separated by commas there. */
  readonly env: string;
  readonly kind: FlagKind;
  readonly repeatable?: boolean;
  readonly required?: boolean;
  /** For `enum`. */
  readonly values?: readonly string[];
  /** For `number`: whole numbers in this range. */
  readonly range?: readonly [min: number, max: number];
  /** Placeholder of the value in help: `LISTEN=UPSTREAM`, `DIR`. */
  readonly value?: string;
  /** Effect and default of the flag. */
  readonly describe: string;
}

/** A positional argument. */
export interface OperandSpec {
  readonly name: string;
  readonly required?: boolean;
  /** Only the last operand may be repeatable. */
  readonly repeatable?: boolean;
  /** For completion and for the message when it is missing. Default: file names. */
  readonly values?: readonly string[];
  readonly describe: string;
}

export interface CommandSpec<Flags extends readonly FlagSpec[] = readonly FlagSpec[]> {
  /** As typed: `llm-boundary-sidecar policy check`. */
  readonly command: string;
  readonly describe: string;
  readonly operands?: readonly OperandSpec[];
  readonly flags: Flags;
  /** Subcommands, for help. */
  readonly commands?: readonly { readonly name: string; readonly describe: string }[];
}

type One<F extends FlagSpec> = F['kind'] extends 'number'
  ? number
  : F['kind'] extends 'switch'
    ? boolean
    : F extends { readonly values: readonly (infer V)[] }
      ? V
      : string;

type ValueOf<F extends FlagSpec> = F extends { readonly repeatable: true }
  ? readonly One<F>[]
  : F['kind'] extends 'switch'
    ? boolean
    : F extends { readonly required: true }
      ? One<F>
      : One<F> | null;

/** By name; null (or an empty list, or false) for a flag that was not given. */
export type FlagValues<Flags extends readonly FlagSpec[]> = {
  readonly [F in Flags[number] as F['name']]: ValueOf<F>;
};

export type ParsedFlags<Flags extends readonly FlagSpec[]> =
  | { readonly kind: 'run'; readonly flags: FlagValues<Flags>; readonly operands: readonly string[] }
  | { readonly kind: 'help'; readonly text: string };

/** The command line is invalid. The message names the flag, the value and the expected form. Exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const EXIT_OK = 0;
export const EXIT_FAILED = 1;
export const EXIT_USAGE = 2;
/** Exit status of a negative result: refused, invalid or not proven. */
export const EXIT_NO = 3;

type Env = Readonly<Record<string, string | undefined>>;

/** Pure: parses `argv` (without the program and the command's own words) and the environment. @throws UsageError */
export function parseFlags<const Flags extends readonly FlagSpec[]>(
  spec: CommandSpec<Flags>,
  argv: readonly string[],
  env: Env,
): ParsedFlags<Flags> {
  const { given, operands, help } = split(spec, argv);
  if (help) return { kind: 'help', text: renderHelp(spec) };
  const values = Object.fromEntries(
    spec.flags.map((flag) => [flag.name, valueOf(spec, flag, given.get(flag.name), env)]),
  );
  checkOperands(spec, operands);
  return { kind: 'run', flags: values as FlagValues<Flags>, operands };
}

interface Split {
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly operands: readonly string[];
  readonly help: boolean;
}

function split(spec: CommandSpec, argv: readonly string[]): Split {
  const given = new Map<string, string[]>();
  const operands: string[] = [];
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? '';
    if (word === '--help' || word === '-h') return { given, operands, help: true };
    if (word === '--') return { given, operands: [...operands, ...argv.slice(at + 1)], help: false };
    if (word === '-' || !word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const name = equals === -1 ? word : word.slice(0, equals);
    const flag = find(spec, name);
    let value = equals === -1 ? null : word.slice(equals + 1);
    if (flag.kind === 'switch') value ??= 'true';
    else if (value === null) {
      at += 1;
      value = argv[at] ?? null;
      if (value === null) throw new UsageError(`${name}: no value given; expected ${expected(flag)}`);
    }
    given.set(flag.name, [...(given.get(flag.name) ?? []), value]);
  }
  return { given, operands, help: false };
}

function find(spec: CommandSpec, word: string): FlagSpec {
  const flag = spec.flags.find(
    ({ name, short }) => `--${name}` === word || (short !== undefined && `-${short}` === word),
  );
  if (flag !== undefined) return flag;
  const known = spec.flags.map(({ name }) => `--${name}`);
  const near = nearest(word, [...known, '--help']);
  const hint = near === null ? '' : `did you mean ${near}? `;
  throw new UsageError(
    `${word}: unknown flag of ${spec.command}; ${hint}expected ${known.length === 0 ? 'no flags' : `one of ${known.join(', ')}`} (--help explains)`,
  );
}

function valueOf(spec: CommandSpec, flag: FlagSpec, given: readonly string[] | undefined, env: Env): unknown {
  const fromEnv = env[flag.env];
  const texts =
    given ??
    (fromEnv === undefined || fromEnv === ''
      ? []
      : flag.repeatable === true
        ? fromEnv.split(',')
        : [fromEnv]);
  const source = given === undefined ? flag.env : `--${flag.name}`;
  if (texts.length === 0 && flag.required === true) {
    throw new UsageError(
      `--${flag.name} is missing; expected ${expected(flag)}, there or in ${flag.env} (${spec.command} --help explains)`,
    );
  }
  const values = texts.map((text) => convert(flag, text, source));
  if (flag.repeatable === true) return values;
  if (values.length > 1) throw new UsageError(`${source}: given ${values.length} times; expected it once`);
  return values[0] ?? (flag.kind === 'switch' ? false : null);
}

function convert(flag: FlagSpec, text: string, source: string): string | number | boolean {
  const wrong = (): UsageError => {
    const near = nearest(text, flag.values ?? []);
    const hint = near === null ? '' : `did you mean ${near}? `;
    return new UsageError(`${source} ${JSON.stringify(text)}: ${hint}expected ${expected(flag)}`);
  };
  switch (flag.kind) {
    case 'text':
      if (text === '') throw wrong();
      return text;
    case 'label':
      if (!LABEL.test(text)) throw wrong();
      return text;
    case 'switch':
      if (text !== 'true' && text !== 'false') throw wrong();
      return text === 'true';
    case 'enum':
      if (flag.values?.includes(text) !== true) throw wrong();
      return text;
    case 'number': {
      const value = Number(text);
      const [min, max] = flag.range ?? [0, Number.MAX_SAFE_INTEGER];
      if (!/^[0-9]+$/.test(text) || value < min || value > max) throw wrong();
      return value;
    }
  }
}

function expected(flag: FlagSpec): string {
  switch (flag.kind) {
    case 'text':
      return flag.value ?? 'a text';
    case 'label':
      return 'the name of a namespace: up to 63 lower-case letters, digits and -, with a letter or digit at both ends';
    case 'switch':
      return 'true or false, or the flag alone';
    case 'enum':
      return (flag.values ?? []).join(' or ');
    case 'number':
      return flag.range === undefined
        ? 'a whole number'
        : `a whole number from ${flag.range[0]} to ${flag.range[1]}`;
  }
}

function checkOperands(spec: CommandSpec, operands: readonly string[]): void {
  const specs = spec.operands ?? [];
  const missing = specs.find((operand, index) => operand.required === true && operands.length <= index);
  if (missing !== undefined) {
    const values = missing.values === undefined ? '' : `${missing.values.join(' or ')} in `;
    throw new UsageError(`${missing.name} is missing; expected ${values}${usage(spec)}`);
  }
  const last = specs.at(-1);
  if (operands.length > specs.length && last?.repeatable !== true) {
    throw new UsageError(
      `${JSON.stringify(operands[specs.length])}: not expected here; expected ${usage(spec)}`,
    );
  }
}

function usage(spec: CommandSpec): string {
  const operands = (spec.operands ?? []).map(({ name, required, repeatable }) => {
    const shown = repeatable === true ? `${name}…` : name;
    return required === true ? shown : `[${shown}]`;
  });
  const commands = spec.commands === undefined ? [] : ['COMMAND'];
  return [spec.command, ...commands, ...operands, ...(spec.flags.length === 0 ? [] : ['[FLAGS]'])].join(' ');
}

/** The help of a command, with the environment variables. Ends with a line feed. */
export function renderHelp(spec: CommandSpec): string {
  const lines = [`Usage: ${usage(spec)}`, '', spec.describe];
  const section = (title: string, rows: readonly (readonly [string, string])[]): void => {
    if (rows.length === 0) return;
    lines.push('', `${title}:`);
    const width = Math.min(32, Math.max(...rows.map(([left]) => left.length)));
    for (const [left, right] of rows) {
      if (left.length > width) lines.push(`  ${left}`, `  ${' '.repeat(width)}  ${right}`);
      else lines.push(`  ${left.padEnd(width)}  ${right}`);
    }
  };
  section(
    'Commands',
    (spec.commands ?? []).map(({ name, describe }) => [name, describe]),
  );
  section(
    'Operands',
    (spec.operands ?? []).map(({ name, describe }) => [name, describe]),
  );
  section('Flags', [
    ...spec.flags.map((flag): [string, string] => [flagUsage(flag), flagText(flag)]),
    ['--help', 'Print this help.'],
  ]);
  return `${lines.join('\n')}\n`;
}

function flagUsage(flag: FlagSpec): string {
  const name = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
  if (flag.kind === 'switch') return name;
  return `${name} ${flag.value ?? (flag.kind === 'enum' ? (flag.values ?? []).join('|') : flag.kind === 'number' ? 'N' : 'TEXT')}`;
}

function flagText(flag: FlagSpec): string {
  const notes = [
    flag.required === true ? 'Required.' : '',
    flag.repeatable === true ? 'Repeatable.' : '',
    `[${flag.env}]`,
  ];
  return [flag.describe, ...notes].filter((note) => note !== '').join(' ');
}
