import type { Tally } from '../storm/tally.ts';
import { ROOT } from './cluster.ts';
import { isInjected, NAMESPACES, ready, WORKLOAD, type Fixture } from './fixture.ts';
import type { Finished } from './shell.ts';
import { expect } from './steps.ts';

/** A storm ends when it is told to; this is the most that it may blow, and the most that what it asked for may take to come. */
const SECONDS = 240;
const SETTLING_SECONDS = 300;

function program(rate: number): readonly string[] {
  return [
    process.execPath,
    `${ROOT}e2e/dist/storm/main.js`,
    '--namespace',
    NAMESPACES.guarded,
    '--image',
    WORKLOAD.image,
    '--pull-policy',
    WORKLOAD.imagePullPolicy,
    '--rate',
    String(rate),
    '--seconds',
    String(SECONDS),
  ];
}

/** Pods that are created all the while that something else happens. */
export class Storm {
  readonly #fixture: Fixture;
  readonly #blowing: Promise<Finished>;
  #calm: () => void = () => undefined;

  /** Starts at once. @param rate pods a second */
  constructor(fixture: Fixture, rate: number) {
    this.#fixture = fixture;
    const ended = new Promise<void>((resolve) => (this.#calm = resolve));
    this.#blowing = fixture.cluster.inside(program(rate), {
      openUntil: ended,
      timeoutMs: (SECONDS + SETTLING_SECONDS) * 1000,
    });
  }

  /**
   * Ends it, waits for what is still asked for, and takes the pods away. @returns what it came to, in words
   * @throws Unexpected where a pod came without a sidecar, did not come at all, did not run, or was refused without a reason
   */
  async end(): Promise<string> {
    this.#calm();
    const { status, stdout, stderr } = await this.#blowing;
    try {
      expect(status === 0, `the storm ended with status ${status}: ${stderr.slice(-500)}`);
      return await outcome(this.#fixture, JSON.parse(stdout) as Tally);
    } finally {
      await this.#fixture.cluster.kubectl(
        ['delete', 'pods', '-n', NAMESPACES.guarded, '-l', 'app=storm', '--now', '--timeout=290s'],
        { timeoutMs: 300_000 },
      );
    }
  }
}

function counted(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${count} × ${reason}`)
    .join(', ');
}

function told(tally: Tally): string {
  return [
    `${tally.wanted} pods in ${tally.seconds} s: ${tally.attemptsPerSecond} attempts and ${tally.admittedPerSecond} injections a second`,
    `refused and asked for again: ${counted(tally.refusals) === '' ? 'none' : counted(tally.refusals)}`,
    `longest wait ${tally.longestWait} s`,
  ].join('; ');
}

async function outcome(fixture: Fixture, tally: Tally): Promise<string> {
  const { cluster } = fixture;
  const holds = (condition: boolean, otherwise: string): void =>
    expect(condition, `${otherwise.slice(0, 600)} (${told(tally)})`);
  holds(
    tally.bare.length === 0,
    `${tally.bare.length} without a sidecar: ${tally.bare.slice(0, 5).join(', ')}`,
  );
  holds(tally.stuck.length === 0, `${tally.stuck.length} stuck: ${tally.stuck.slice(0, 3).join('; ')}`);
  holds(
    Object.keys(tally.unexplained).length === 0,
    `refusals that explain nothing: ${counted(tally.unexplained)}`,
  );
  holds(tally.injected === tally.wanted, `${tally.injected} of ${tally.wanted} pods`);
  const made = await cluster.list('pods', NAMESPACES.guarded, 'app=storm');
  const running = made.filter(({ metadata }) => metadata.labels?.['depth'] === 'running').length;
  holds(made.length > 0 && made.every(isInjected), `of ${made.length} pods in the API some have no sidecar`);
  holds(running > 0, 'none of them was to run');
  await ready(fixture, NAMESPACES.guarded, ['pod', '-l', 'app=storm,depth=running'], 290);
  return `${told(tally)}; ${made.length} of them were kept, and the ${running} that were to run are ready`;
}
