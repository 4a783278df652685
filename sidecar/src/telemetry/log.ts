import type { Decision } from '../exchange/index.ts';
import { isNativeError } from 'node:util/types';

import { destination, pino, stdTimeFunctions, type DestinationStream } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * What the sidecar says about itself: one JSON line each. Every method takes typed fields that hold no content, so there is nothing to
 * redact. Decisions that let something pass are `debug`, decisions that changed or refused something are `info`.
 */
export interface Log {
  decision(decision: Decision): void;
  policyLoaded(name: string, generation: number, sha256: string): void;
  /** `problems` are the policy's own: path, reason and fix. */
  policyRejected(source: string, problems: readonly string[]): void;
  listening(listener: 'inbound' | 'outbound' | 'admin', address: string, upstream: string | null): void;
  /** `key` in the log of another place is what a verifier compares the audit log with. */
  auditOpened(origin: string, key: string, dir: string | null): void;
  auditBroken(fault: Error): void;
  upstreamFailed(exchange: string, fault: Error): void;
  /** A fault of our own. Its message may quote what was being read, so only its kind and its stack are told. */
  unexpected(exchange: string, fault: unknown): void;
  /** Something that the operator should change. */
  warning(text: string): void;
  draining(signal: string, open: number): void;
  stopped(code: number): void;
  /** Written before it returns. */
  fatal(text: string, fault: unknown): void;
  /** Writes out what is still in memory; for the last moment before an exit. */
  flush(): void;
}

/** More than this and the reader of standard error is so far behind that lines are dropped rather than memory filled. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/**
 * Logs to standard error: standard output belongs to the audit log's copy. Writes happen off the event loop.
 * `target` replaces standard error.
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
      // Standard error is closed, and there is nowhere else to say so.
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
    policyRejected: (source, problems) =>
      logger.error({ source, problems }, 'policy rejected; the last good one stays in force'),
    listening: (listener, address, upstream) => logger.info({ listener, address, upstream }, 'listening'),
    auditOpened: (origin, key, dir) => logger.info({ origin, key, dir }, 'audit log opened'),
    auditBroken: (fault) => logger.error(faultFields(fault), 'audit log broken; exchanges are refused'),
    upstreamFailed: (exchange, fault) => logger.warn({ exchange, ...faultFields(fault) }, 'upstream failed'),
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

/** Names are the audit record's, so that a line of the log leads to the record. */
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
