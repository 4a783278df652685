import type { Tally } from '../storm/tally.ts';
import { ROOT } from './cluster.ts';
import { isInjected, NAMESPACES, ready, WORKLOAD, type Fixture } from './fixture.ts';
import type { Finished } from './shell.ts';
import { expect } from './steps.ts';

/** At most: of new pods, and from the last new pod to the admission of all. */
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

/** Pods that are created while other steps run. */
export class Storm {
  readonly #fixture: Fixture;
  readonly #finished: Promise<Finished>;
  #stop: () => void = () => undefined;

  /** Starts at once. @param rate pods a second, at most */
  constructor(fixture: Fixture, rate: number) {
    this.#fixture = fixture;
    const ended = new Promise<void>((resolve) => (this.#stop = resolve));
    this.#finished = fixture.cluster.inside(program(rate), {
      openUntil: ended,
      timeoutMs: (SECONDS + SETTLING_SECONDS) * 1000,
    });
  }

  /**
   * Ends it, waits for the pods that are still asked for, and deletes them. @returns the result in words
   * @throws Unexpected where a pod was admitted without a sidecar, was never admitted, did not run, or was refused without a reason
   */
  async end(): Promise<string> {
    this.#stop();
    const { status, stdout, stderr } = await this.#finished;
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

function summary(tally: Tally): string {
  return [
    `${tally.wanted} pods in ${tally.seconds} s: ${tally.attemptsPerSecond} attempts and ${tally.admittedPerSecond} injections a second`,
    `refused and asked for again: ${counted(tally.refusals) === '' ? 'none' : counted(tally.refusals)}`,
    `longest wait ${tally.longestWait} s; p50 ${tally.admitted.p50} ms and p99 ${tally.admitted.p99} ms for one admitted attempt`,
  ].join('; ');
}

async function outcome(fixture: Fixture, tally: Tally): Promise<string> {
  const { cluster } = fixture;
  const holds = (condition: boolean, otherwise: string): void =>
    expect(condition, `${otherwise.slice(0, 600)} (${summary(tally)})`);
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
  return `${summary(tally)}; ${made.length} of them were kept, and the ${running} that were to run are ready`;
}
