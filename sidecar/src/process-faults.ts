import type { Log } from './telemetry/log.ts';

/** How long sealing the record may take before the process ends without it. */
const SEAL_MS = 10_000;

/**
 * An uncaught error, in a callback of any library. Where it can be told which exchange it belongs to, the owner of the socket
 * or of the response has ended that exchange, and nothing arrives here. For the rest nothing is known about the state that it left,
 * so the process ends: `end` is to seal the record and stop with the code. The reason stands on the log.
 */
export function endOnFault(log: Log, end: (reason: string, code: number) => void): void {
  const told = (fault: unknown): void => {
    log.unexpected('', fault);
    log.flush();
    setTimeout(() => process.exit(1), SEAL_MS).unref();
    end('fault', 1);
  };
  process.on('uncaughtException', told);
  process.on('unhandledRejection', told);
}
