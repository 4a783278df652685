/** Ports of a policy, both ends included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** A port, or a range of them: `6379`, `"30000-32767"`. */
export type WrittenPort = number | string;

const MAX_PORT = 65_535;

/** Null unless it is a port or a range. */
export function portRange(written: WrittenPort): PortRange | null {
  const [, from, to] = /^(\d{1,5})-(\d{1,5})$/.exec(String(written)) ?? [];
  const range =
    from === undefined || to === undefined
      ? { first: Number(written), last: Number(written) }
      : { first: Number(from), last: Number(to) };
  const { first, last } = range;
  return Number.isInteger(first) && first >= 1 && first <= last && last <= MAX_PORT ? range : null;
}

/** For validated text. @throws RangeError unless it is a port or a range */
export function knownRange(written: WrittenPort): PortRange {
  const range = portRange(written);
  if (range === null) throw new RangeError(`${written} is no port`);
  return range;
}

export function hasPort({ first, last }: PortRange, port: number): boolean {
  return port >= first && port <= last;
}

/** The ports in both; null if there are none. */
export function overlap(one: PortRange, other: PortRange): PortRange | null {
  const first = Math.max(one.first, other.first);
  const last = Math.min(one.last, other.last);
  return first > last ? null : { first, last };
}

/** In a policy's notation. */
export function formatPorts({ first, last }: PortRange): string {
  return first === last ? String(first) : `${first}-${last}`;
}
