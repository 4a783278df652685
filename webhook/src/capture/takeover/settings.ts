import type { Container } from '../../pod/pod.ts';
import type { ServerCall } from './server-call.ts';

/** An option among a server's arguments. */
export interface OptionUse {
  /** Positions of the option and, if separate, of its value. */
  readonly positions: readonly number[];
  /** As written; null: the option is last and has none. */
  readonly value: string | null;
}

/** Every use of any of the names, as `--name value` or `--name=value`, and `-nvalue` for a name of one letter. */
export function optionUses(args: readonly string[], names: readonly string[]): readonly OptionUse[] {
  return args.flatMap((word, index): readonly OptionUse[] => {
    const short = /^(-[a-zA-Z])=?(.+)$/.exec(word);
    if (short !== null && names.includes(short[1] ?? '')) {
      return [{ positions: [index], value: short[2] ?? '' }];
    }
    if (names.includes(word)) {
      const value = args[index + 1];
      return [{ positions: value === undefined ? [index] : [index, index + 1], value: value ?? null }];
    }
    const equals = word.indexOf('=');
    if (equals === -1 || !names.includes(word.slice(0, equals))) return [];
    return [{ positions: [index], value: word.slice(equals + 1) }];
  });
}

/** An option's name as argparse reads it: `--ssl_keyfile` is `--ssl-keyfile`. */
function spelled(word: string): string {
  return (word.split('=')[0] ?? '').replaceAll('_', '-');
}

/** The first word that is one of the options, or an abbreviation that argparse accepts. Null: none, or all of them have an off value. */
export function forbiddenUse(args: readonly string[], forbidden: readonly string[]): string | null {
  return (
    args.find((word, index) => {
      const name = spelled(word);
      if (!/^--\w/.test(name) || !forbidden.some((each) => each.startsWith(name))) return false;
      const value = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (args[index + 1] ?? '');
      return !isOff(value);
    }) ?? null
  );
}

/** Values that turn a setting off. */
export function isOff(value: string): boolean {
  return /^(false|0|no|off|null|none)$/i.test(value);
}

/** The literal value of a variable of the container; null: unset, or unknown (`valueFrom`). */
export function literalEnv(container: Container, name: string): string | null {
  return (container.env ?? []).findLast((each) => each.name === name)?.value ?? null;
}

/** Resolves `$(VAR)` and, in a shell, `$VAR`, `${VAR}` and `${VAR:-default}`; null: unknown. */
export function resolve(value: string, container: Container, call: ServerCall): string | null {
  const kubernetes = /^\$\(([A-Za-z_][\w.-]*)\)$/.exec(value);
  if (kubernetes !== null) return literalEnv(container, kubernetes[1] ?? '');
  const shell = /^\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^}]*))?\})$/.exec(value);
  if (call.shell && shell !== null) {
    const name = shell[1] ?? shell[2] ?? '';
    if ((container.env ?? []).some((each) => each.name === name)) return literalEnv(container, name);
    return shell[3] ?? null;
  }
  return value;
}

/** Sets a variable to a literal value: in place if present, else at the end. */
export function setEnv(container: Container, name: string, value: string): Container {
  const env = container.env ?? [];
  const first = env.findIndex((each) => each.name === name);
  const entry = { name, value };
  return {
    ...container,
    env:
      first === -1
        ? [...env, entry]
        : env.flatMap((each, at) => (at === first ? [entry] : each.name === name ? [] : [each])),
  };
}
