import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseVerifier } from '../../record/note.ts';
import { verifyFleet, type FleetOptions, type FleetReport } from '../../verify/fleet/verify-fleet.ts';
import {
  headOf,
  KEEPINGS,
  KeptAnchor,
  openLog,
  record,
  writtenLog,
  type Keeping,
  type PodName,
  type WrittenLog,
} from './kept-fleet.ts';

const A: PodName = { namespace: 'ml', name: 'agent-a', uid: 'uid-a' };
export const B: PodName = { namespace: 'ml', name: 'agent-b', uid: 'uid-b' };

interface Logs {
  readonly anchorKey: string;
  readonly fleet: readonly string[];
  /** Pod A had two processes, pod B one; all logs were sealed. */
  readonly a1: WrittenLog;
  readonly a2: WrittenLog;
  readonly b: WrittenLog;
  /** Another log of pod A, which names no other and which the anchor does not know. */
  readonly foreign: WrittenLog;
  /** When pod A's second process had begun and pod B had ended, and the size of A's second log then. */
  readonly noon: string;
  readonly sizeAtNoon: number;
}

/** The logs of two pods and the anchor's statements about them, in a temporary folder. */
export class TwoPods {
  readonly root: string;
  readonly logs: Logs;
  #copies = 0;

  private constructor(root: string, logs: Logs) {
    this.root = root;
    this.logs = logs;
  }

  static async open(): Promise<TwoPods> {
    const root = await mkdtemp(join(tmpdir(), 'kept-'));
    const anchor = await KeptAnchor.open(join(root, 'anchor'));
    const [first, other] = [await openLog(join(root, 'a'), A), await openLog(join(root, 'b'), B)];
    await record(first, 0, 3);
    await record(other, 0, 3);
    await anchor.opened(first, A);
    await anchor.opened(other, B);
    await record(first, 3, 20);
    await record(other, 3, 20);
    await anchor.head(first);
    await record(first, 20, 25);
    await first.close();
    await other.close();
    await anchor.head(first);
    await anchor.head(other);
    const second = await openLog(join(root, 'a'), A);
    await record(second, 0, 4);
    await anchor.opened(second, A, first.origin);
    const sizeAtNoon = headOf(second).size;
    await sleep(20);
    const noon = new Date().toISOString();
    await sleep(20);
    await record(second, 4, 12);
    await anchor.head(second);
    await second.close();
    await anchor.head(second);
    await anchor.log.close();
    const a1 = await writtenLog(join(root, 'a'), first);
    const a2 = await writtenLog(join(root, 'a'), second);
    const b = await writtenLog(join(root, 'b'), other);
    const alien = await openLog(join(root, 'foreign'), A);
    await record(alien, 0, 3);
    await alien.close();
    const foreign = await writtenLog(join(root, 'foreign'), alien);
    const { lines: fleet, log } = anchor;
    return new TwoPods(root, { anchorKey: log.key, fleet, a1, a2, b, foreign, noon, sizeAtNoon });
  }

  remove(): Promise<void> {
    return rm(this.root, { recursive: true });
  }

  /** Every line of the three logs that the anchor knows. */
  lines(): readonly string[] {
    const { a1, a2, b } = this.logs;
    return [...a1.lines, ...a2.lines, ...b.lines];
  }

  /** Verifies a copy of `lines`; the fleet log is complete by default. */
  async verify(
    keeping: Keeping,
    lines: readonly string[],
    options: Partial<FleetOptions> & { readonly fleetLines?: readonly string[] } = {},
  ): Promise<FleetReport> {
    this.#copies += 1;
    const path = await keeping(join(this.root, `kept-${this.#copies}`), lines);
    const fleetLog = await KEEPINGS.podLog(
      join(this.root, `fleet-${this.#copies}`),
      options.fleetLines ?? this.logs.fleet,
    );
    return verifyFleet([path], {
      fleetLog: [fleetLog],
      anchorKey: parseVerifier(this.logs.anchorKey),
      from: null,
      to: null,
      live: false,
      ...options,
    });
  }
}

export function texts({ problems, doubts }: FleetReport): readonly string[] {
  return [...problems.map(({ kind, where, text }) => `${kind}: ${where}: ${text}`), ...doubts];
}

export function without(lines: readonly string[], from: number, to = from): readonly string[] {
  return lines.filter((_, at) => at < from || at > to);
}

export function edited(lines: readonly string[], at: number): readonly string[] {
  return lines.map((line, index) => (index === at ? line.replace('"POST"', '"PUT"') : line));
}

export function decisionAt(lines: readonly string[], from: number): number {
  return lines.findIndex((line, at) => at >= from && line.includes('"kind":"ingress"'));
}
