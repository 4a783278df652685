import type { Decision } from '../exchange/index.ts';
import { isNativeError } from 'node:util/types';

import { destination, pino, stdTimeFunctions, type DestinationStream } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The sidecar's own log: JSON lines. Every method takes typed fields without content, so that no redaction is needed. Decisions to allow
 * are `debug`, decisions that changed or refused an exchange are `info`.
 */
export interface Log {
  decision(decision: Decision): void;
  policyLoaded(name: string, generation: number, sha256: string): void;
  /** `problems`: path, reason and fix of each problem of the policy. `holds`: an earlier one stays in force; else everything is refused. */
  policyRejected(source: string, problems: readonly string[], holds: boolean): void;
  /** Null: none is judged any more. */
  shadowLoaded(sha256: string | null): void;
  shadowRejected(source: string, problems: readonly string[]): void;
  listening(listener: 'inbound' | 'outbound' | 'admin', address: string, upstream: string | null): void;
  /** `key`: kept outside of the audit log, it verifies that log. */
  auditOpened(origin: string, key: string, dir: string | null): void;
  auditBroken(fault: Error): void;
  upstreamFailed(exchange: string, fault: Error): void;
  /** `place`: where an issuer serves its keys, or a file of API keys. */
  keysFailed(place: string, reason: string): void;
  /** A fault of the sidecar. Its message may quote content, so only its kind and its stack are logged. */
  unexpected(exchange: string, fault: unknown): void;
  /** A problem that the operator should fix. */
  warning(text: string): void;
  draining(signal: string, open: number): void;
  stopped(code: number): void;
  /** Written before it returns. */
  fatal(text: string, fault: unknown): void;
  /** Writes buffered lines; for the moment before an exit. */
  flush(): void;
}

/** Above this, standard error is so slow that lines are dropped to bound memory. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/**
 * Logs to standard error: standard output is for the copy of the audit log. Writes do not block the event loop. `target` replaces standard
 * error.
 */
export function createLog(level: LogLevel, target?: DestinationStream): Log {
  const stderr =
    target === undefined ? destination({ dest: 2, sync: false, maxLength: MAX_BUFFERED_BYTES }) : null;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target ?? stderr ?? destination(2),
  );
  const flush = (): void => {
    try {
      stderr?.flushSync();
    } catch {
      // Standard error is closed, and there is no other log.
    }
  };
  const passes = logger.isLevelEnabled('debug');
  const refuses = logger.isLevelEnabled('info');
  return {
    decision(decision) {
      const quiet = decision.verdict === 'allow' || decision.verdict === 'pass';
      if (quiet ? !passes : !refuses) return;
      logger[quiet ? 'debug' : 'info'](decisionFields(decision), 'decision');
    },
    policyLoaded: (name, generation, sha256) => logger.info({ name, generation, sha256 }, 'policy loaded'),
    policyRejected: (source, problems, holds) =>
      logger.error(
        { source, problems },
        holds
          ? 'policy rejected; the last good one stays in force'
          : 'policy rejected; there is no other one, so everything is refused',
      ),
    shadowLoaded: (sha256) =>
      logger.info({ sha256 }, sha256 === null ? 'no shadow policy any more' : 'shadow policy loaded'),
    shadowRejected: (source, problems) =>
      logger.error({ source, problems }, 'shadow policy rejected; none is judged, the policy in force stays'),
    listening: (listener, address, upstream) => logger.info({ listener, address, upstream }, 'listening'),
    auditOpened: (origin, key, dir) => logger.info({ origin, key, dir }, 'audit log opened'),
    auditBroken: (fault) => logger.error(faultFields(fault), 'audit log broken; exchanges are refused'),
    upstreamFailed: (exchange, fault) => logger.warn({ exchange, ...faultFields(fault) }, 'upstream failed'),
    keysFailed: (place, reason) =>
      logger.warn(
        { place, reason },
        'keys of callers not read; those of a file hold no more, those of a URL for an hour at most',
      ),
    unexpected: (exchange, fault) =>
      logger.error(
        { exchange, fault: isNativeError(fault) ? fault.name : typeof fault, stack: framesOf(fault) },
        'unexpected fault',
      ),
    warning: (text) => logger.warn(text),
    draining: (signal, open) => logger.info({ signal, open }, 'draining'),
    stopped: (code) => logger.info({ code }, 'stopped'),
    fatal(text, fault) {
      logger.fatal(faultFields(fault), text);
      flush();
    },
    flush,
  };
}

/** Field names are those of the audit record, so that a log line leads to its record. */
function decisionFields(decision: Decision): Readonly<Record<string, unknown>> {
  const { kind, exchange, direction, dialect, method, verdict, code, status, outcome, policy, hits } =
    decision;
  return {
    kind,
    exchange,
    direction,
    dialect,
    method,
    verdict,
    code,
    status,
    outcome,
    policy: policy?.name ?? null,
    generation: policy?.generation ?? null,
    rules: hits.map((hit) => (hit.mode === 'observe' ? `${hit.rule} (observed)` : hit.rule)),
    ...(decision.host === undefined ? {} : { host: decision.host.slice(0, 256) }),
    ...(decision.connection === undefined ? {} : { connection: decision.connection }),
  };
}

/** The frames of a stack, without the message above them. */
function framesOf(fault: unknown): readonly string[] {
  const lines = fault instanceof Error ? (fault.stack ?? '').split('\n') : [];
  return lines
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim())
    .slice(0, 8);
}

function faultFields(fault: unknown): Readonly<Record<string, string | null>> {
  if (!isNativeError(fault)) return { fault: 'unknown', code: null, text: null, cause: null };
  const code = 'code' in fault && typeof fault.code === 'string' ? fault.code : null;
  const cause = isNativeError(fault.cause) ? fault.cause.message : null;
  return { fault: fault.name, code, text: fault.message, cause };
}
