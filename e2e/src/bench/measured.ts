import type { Server } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Listens on a port of its own, which it tells the benchmark; answers each of its messages with the CPU time of this process and its loop delay since the last one. */
export function serveMeasured(server: Server): void {
  const delay = monitorEventLoopDelay();
  delay.enable();
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
  process.on('message', () => {
    process.send?.({ cpu: process.cpuUsage(), loopDelayMs: delay.percentile(99) / 1e6 });
    delay.reset();
  });
  process.on('disconnect', () => process.exit(0));
}
