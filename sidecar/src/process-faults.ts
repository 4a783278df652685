import type { Log } from './telemetry/log.ts';

/** Time limit for sealing the record before the process exits without it. */
const SEAL_MS = 10_000;

/**
 * Handles uncaught errors in callbacks of libraries. An error that can be assigned to an exchange has been handled by the owner of the
 * socket or response, and does not arrive here. For others the state of the process is unknown, so it exits: `end` must seal the record and
 * exit with the code. The reason is logged.
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
