/** The 25 known weaknesses of sidecar injectors, numbered as in docs/threat-model.md, in the fewest words. */
const WEAKNESSES = {
  1: 'the boundary overridden per pod',
  2: "the sidecar's UID taken",
  3: 'annotations that exclude traffic',
  4: 'an impostor sidecar, status or volume',
  5: 'pods without a sidecar after a restart',
  6: 'failing closed blocks the cluster',
  7: 'skipped for some requesters',
  8: 'a neighbour dials pod IP or loopback',
  9: 'init containers before the sidecar',
  10: 'a race with the rules at start',
  11: 'NET_ADMIN against Pod Security',
  12: 'UDP, ICMP and QUIC',
  13: 'IPv6',
  14: 'rules that were loaded and do not hold',
  15: 'ephemeral containers',
  16: 'proxy variables are advice',
  17: 'a port that could not be taken over',
  18: 'Jobs that never end',
  19: 'streams cut while the sidecar drains',
  20: 'probes that lie',
  21: 'rotated certificates not taken up',
  22: 'replicas with different authorities',
  23: 'certificates in rendered manifests',
  24: 'quotas and limit ranges',
  25: 'order and repeated injection',
} as const satisfies Readonly<Record<number, string>>;

export type Weakness = keyof typeof WEAKNESSES;

/** A step that attempted some of them. */
export interface Attempted {
  readonly step: string;
  readonly held: boolean;
  readonly weaknesses: readonly Weakness[];
}

const NUMBERS = Object.keys(WEAKNESSES).map(Number) as readonly Weakness[];

function attemptsOf(weakness: Weakness, attempted: readonly Attempted[]): readonly Attempted[] {
  return attempted.filter(({ weaknesses }) => weaknesses.includes(weakness));
}

/** Those that no step has attempted. */
export function unattempted(attempted: readonly Attempted[]): readonly Weakness[] {
  return NUMBERS.filter((weakness) => attemptsOf(weakness, attempted).length === 0);
}

/** One line for each weakness: its number, what came of it, its name, and below it the steps. */
export function weaknessTable(attempted: readonly Attempted[]): readonly string[] {
  return NUMBERS.flatMap((weakness) => {
    const attempts = attemptsOf(weakness, attempted);
    const result = attempts.length === 0 ? '-' : attempts.every(({ held }) => held) ? 'held' : 'FAILED';
    return [
      `  ${String(weakness).padStart(2)}  ${result.padEnd(6)}  ${WEAKNESSES[weakness]}`,
      ...attempts.map(({ step, held }) => `${' '.repeat(14)}${held ? '' : 'FAILED: '}${step}`),
    ];
  });
}
