import { createServer } from 'node:net';

/**
 * Loaded into the process of a sidecar (`--import`): while a connection to its socket is open, it notes what each turn of the event loop
 * took, and answers with the result when the other side has ended and the work is done. A turn is as long as the CPU time of the process or the time that passed,
 * whichever is less: what other processes and threads take is none of it.
 */

/** The answer, in JSON. */
export interface Turns {
  readonly longestMs: number;
  /** Turns above the goal of 50 ms. */
  readonly above: number;
  /** CPU time of the process altogether, ms. What the probe takes is subtracted. */
  readonly cpuMs: number;
  readonly rssMiB: number;
}

const GOAL_MS = 50;
/** A turn without work takes less. */
const IDLE_MS = 0.2;
/** A reply may be judged after the client has it. */
const REST_MS = 250;
const MIB = 1024 * 1024;

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Watches until the process has nothing to do for a while after `isLast` became true. */
function watch(isLast: () => boolean): Promise<Turns> {
  let [lastCpuMs, lastMs, busyMs] = [cpuMs(), performance.now(), performance.now()];
  let [longestMs, above, workMs, peakBytes] = [0, 0, 0, 0];
  return new Promise((resolve) => {
    const turn = (): void => {
      const [nowCpuMs, nowMs] = [cpuMs(), performance.now()];
      const tookMs = Math.min(nowCpuMs - lastCpuMs, nowMs - lastMs);
      if (tookMs > IDLE_MS) {
        // Of helping threads too.
        workMs += nowCpuMs - lastCpuMs;
        longestMs = Math.max(longestMs, tookMs);
        if (tookMs > GOAL_MS) above += 1;
        peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
        busyMs = nowMs;
      }
      lastCpuMs = cpuMs();
      lastMs = performance.now();
      if (isLast() && nowMs - busyMs > REST_MS)
        resolve({ longestMs, above, cpuMs: workMs, rssMiB: peakBytes / MIB });
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
}

const server = createServer({ allowHalfOpen: true }, (socket) => {
  let hasEnded = false;
  socket.resume();
  socket.once('end', () => (hasEnded = true));
  socket.once('close', () => (hasEnded = true));
  void watch(() => hasEnded).then((turns) => socket.end(JSON.stringify(turns)));
});
server.listen(process.env['LOOP_PROBE']);
server.unref();
