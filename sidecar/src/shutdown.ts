import type { Listener } from './http/server.ts';
import type { ServiceEnd } from './pipeline/context/service-end.ts';

/** Time limit for incomplete requests: a client that sends nothing more must not delay the others. */
const UNFINISHED_MS = 3_000;
/** Connections with unfinished replies are notified this long before they are cut. */
const TOLD_MS = 1_000;

/** The first reason to stop, and its exit code. A second signal means: at once. */
export class Shutdown {
  readonly reached: Promise<number>;
  /** Resolves when no time is left for exchanges in progress. */
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
 * Lets exchanges finish for `graceMs`. The others are then ended with an error of their dialect, and recorded before this resolves;
 * connections still open after that are cut. `hurried` ends the grace period.
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
  await serviceEnd.settled();
  for (const timer of timers) clearTimeout(timer);
}
