import type { Listener } from './http/server.ts';
import type { ServiceEnd } from './pipeline/context/service-end.ts';

/** Requests that have not come whole are waited for so long: a client that sends nothing more must not hold the others' end. */
const UNFINISHED_MS = 3_000;
/** Before connections are cut, those whose replies go on are told so. */
const TOLD_MS = 1_000;

/** The first reason to stop, and the code to stop with. A second signal means: at once. */
export class Shutdown {
  readonly reached: Promise<number>;
  /** Resolves when there is no time left for what is under way. */
  readonly hurried: Promise<void>;
  signal = '';
  #resolve: (code: number) => void = () => undefined;
  #hurry: () => void = () => undefined;

  constructor() {
    this.reached = new Promise((resolve) => (this.#resolve = resolve));
    this.hurried = new Promise((resolve) => (this.#hurry = resolve));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => this.now(signal, 0));
  }

  now(signal: string, code: number): void {
    if (this.signal !== '') {
      this.#hurry();
      return;
    }
    this.signal = signal;
    this.#resolve(code);
  }
}

/**
 * Lets exchanges finish for `graceMs`. Those that do not are told that the sidecar ends, in the words of their dialect, and are on the record
 * before this resolves; what is open after that is cut. `hurried` ends the grace period.
 */
export async function drainListeners(
  listeners: readonly Listener[],
  serviceEnd: ServiceEnd,
  { graceMs, hurried }: { readonly graceMs: number; readonly hurried: Promise<void> },
): Promise<void> {
  const tellMs = Math.max(graceMs - TOLD_MS, graceMs / 2);
  const timers = [
    setTimeout(() => serviceEnd.cutUnfinished(), Math.min(UNFINISHED_MS, tellMs)),
    setTimeout(() => serviceEnd.cut(), tellMs),
  ];
  const closing: Promise<void>[] = [];
  void hurried.then(() => {
    serviceEnd.cut();
    const close = (): void => void closing.push(...listeners.map((listener) => listener.close()));
    timers.push(setTimeout(close, Math.min(TOLD_MS, graceMs)));
  });
  await Promise.all(listeners.map((listener) => listener.drain(graceMs)));
  await Promise.all(closing);
  for (const timer of timers) clearTimeout(timer);
}
