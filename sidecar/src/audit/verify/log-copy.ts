import { hashOf } from '../record/chain.ts';
import type { Line } from '../record/schema.ts';

/** A possible audit line. */
export interface Candidate {
  readonly text: string;
  readonly origin: string;
}

const originPattern = /"origin":"([^"\\]{1,512}\/chain\/[0-9a-f]{16})"/;

/**
 * The audit line in a line of a container's log, after the prefixes of `kubectl logs --timestamps` and `--prefix`, of CRI log files (`TIME
 * stdout F LINE`) or inside Docker's `{"log":"LINE\n",…}`. Null if there is none. Only lines with an origin and a previous hash count, so
 * that other JSON lines are ignored.
 */
export function auditLineIn(line: string): Candidate | null {
  const start = line.indexOf('{"');
  if (start < 0) return null;
  const text = unwrapped(line.slice(start).trimEnd());
  if (!text.includes('"prev":"')) return null;
  const origin = originPattern.exec(text)?.[1];
  return origin === undefined ? null : { text, origin };
}

/** Docker's json-file driver wraps the line in a member. */
function unwrapped(text: string): string {
  if (!text.startsWith('{"log":"')) return text;
  try {
    const wrapper = JSON.parse(text) as { readonly log?: unknown };
    return typeof wrapper.log === 'string' ? wrapper.log.trimEnd() : text;
  } catch {
    return text;
  }
}

/** Unreadable lines that are compared with those behind them. */
export const MAX_CUTS = 100;

/** A line that is no line of a log, and where it was found. */
interface Cut extends Candidate {
  readonly where: string;
}

/**
 * What a process that was killed leaves in a copy: the next one prints again what may not have been printed (ADR 17), behind a line that may be
 * cut. Remembers a hash of each line.
 */
export class Reprints {
  readonly #hashes = new Map<string, Map<number, string>>();
  #cuts: Cut[] = [];
  readonly #unexplained: Cut[] = [];

  /** True for a line that was there before, byte for byte. */
  isRepeated(text: string, { origin, seq }: Line): boolean {
    this.#cuts = this.#cuts.filter((cut) => !text.startsWith(cut.text));
    const known = this.#hashes.get(origin) ?? new Map<number, string>();
    this.#hashes.set(origin, known);
    const hash = hashOf(text);
    if (known.get(seq) === hash) return true;
    if (!known.has(seq)) known.set(seq, hash);
    return false;
  }

  /** A line that cannot be read: cut, if a later line begins with it. */
  cut(line: Cut): void {
    (this.#cuts.length < MAX_CUTS ? this.#cuts : this.#unexplained).push(line);
  }

  /** Lines that cannot be read and of which no later line is the whole. */
  get unexplained(): readonly Cut[] {
    return [...this.#unexplained, ...this.#cuts];
  }
}
