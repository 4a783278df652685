import type { Line } from '../../record/schema.ts';
import type { Problem } from '../chain-check.ts';

type Opened = Extract<Line, { kind: 'opened' }>;
export type Contradiction = Extract<Line, { kind: 'contradiction' }>;
export type Silence = Extract<Line, { kind: 'silence' }>;
export type Pod = Opened['pod'];

/** A head of a log that the anchor accepted, with the anchor's time. */
interface AcceptedHead {
  readonly time: string;
  readonly size: number;
  readonly hash: string;
}

/** The anchor's statements about one log. */
export interface AnchoredLog {
  readonly origin: string;
  readonly pod: Pod;
  /** Verifier key. */
  readonly key: string;
  /** SHA-256 of the first line. */
  readonly genesis: string;
  readonly image: string | null;
  readonly policy: string | null;
  readonly openedTime: string;
  /** Ordered by time; sizes only grow. */
  readonly heads: AcceptedHead[];
  /** The process ended it. */
  sealed: boolean;
  /** The later log of the pod whose first line names its end. */
  followedBy: string | null;
  /** The lead of the pod's clock over the anchor's at the last head, in milliseconds. */
  offsetMs: number | null;
}

/** Statements of a fleet log about other logs, added in the order of time. */
export class FleetStatements {
  readonly logs = new Map<string, AnchoredLog>();
  readonly contradictions: Contradiction[] = [];
  readonly silences: Silence[] = [];
  /** Logs whose `opened` line is absent, and the time of their last head. */
  readonly unopened = new Map<string, string>();
  /** Contradictions of the anchor. */
  readonly problems: Problem[] = [];

  add(line: Line): void {
    switch (line.kind) {
      case 'opened':
        this.#opened(line);
        break;
      case 'head':
        this.#head(line);
        break;
      case 'contradiction':
        this.contradictions.push(line);
        break;
      case 'silence':
        this.silences.push(line);
        break;
      default:
        break;
    }
  }

  #opened(line: Opened): void {
    const { log: origin, pod, key, genesis, image, policy, time, size, hash } = line;
    const known = this.logs.get(origin);
    if (known === undefined)
      this.logs.set(origin, {
        ...{ origin, pod, key, genesis, image, policy },
        openedTime: time,
        heads: [{ time, size, hash }],
        sealed: false,
        followedBy: null,
        offsetMs: null,
      });
    else if (known.key !== key || known.pod.uid !== pod.uid || known.genesis !== genesis)
      this.#contradicts(line, 'opens a known log with another key, pod or first line');
    else this.#grow(known, line);
    const before = line.follows === null ? undefined : this.logs.get(line.follows);
    if (before !== undefined) before.followedBy = origin;
  }

  #head(line: Extract<Line, { kind: 'head' }>): void {
    const known = this.logs.get(line.log);
    if (known === undefined) {
      this.unopened.set(line.log, line.time);
      return;
    }
    this.#grow(known, line);
    known.sealed ||= line.sealed;
    known.offsetMs = line.offset_ms;
  }

  #grow(known: AnchoredLog, line: Extract<Line, { kind: 'head' | 'opened' }>): void {
    const last = known.heads.at(-1);
    if (last === undefined || line.size > last.size)
      known.heads.push({ time: line.time, size: line.size, hash: line.hash });
    else if (line.size < last.size || line.hash !== last.hash)
      this.#contradicts(line, 'accepts a head that contradicts an earlier one');
  }

  #contradicts(line: Line, text: string): void {
    this.problems.push({ kind: 'tampered', where: `${line.origin}:${line.seq}`, text });
  }
}
