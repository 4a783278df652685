import { statusOf } from '../posture/status.ts';

/** `unknown`: it could not be looked at. */
type CheckStatus = 'ok' | 'warning' | 'failed' | 'unknown';

export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** What to do about it; null where there is nothing to do. */
  readonly fix: string | null;
}

/** The API server, as far as checks need it. Errors have the HTTP status as `status`, 0 without an answer. */
type Send = (request: {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
}) => Promise<unknown>;

/** What all checks know. */
export interface CheckContext {
  readonly send: Send;
  /** The webhook's own. */
  readonly systemNamespace: string;
  /** Version of this program. */
  readonly version: string;
  readonly nowMs: number;
}

/** The outcome of one check without its name. */
export type Outcome = Omit<CheckResult, 'check'>;

export interface Check {
  readonly name: string;
  /** May reject: what the API server refuses is `unknown`. */
  readonly run: (context: CheckContext) => Promise<Outcome>;
}

export function ok(detail: string): Outcome {
  return { status: 'ok', detail, fix: null };
}

export function warning(detail: string, fix: string): Outcome {
  return { status: 'warning', detail, fix };
}

export function failed(detail: string, fix: string): Outcome {
  return { status: 'failed', detail, fix };
}

/** Runs all checks, each whatever the others find, in their order. Never rejects. */
export function runChecks(checks: readonly Check[], context: CheckContext): Promise<readonly CheckResult[]> {
  return Promise.all(
    checks.map(async ({ name, run }): Promise<CheckResult> => {
      try {
        return { check: name, ...(await run(context)) };
      } catch (error) {
        return { check: name, ...unknown(error) };
      }
    }),
  );
}

function unknown(error: unknown): Outcome {
  const detail = error instanceof Error ? error.message : 'it cannot be looked at';
  switch (statusOf(error)) {
    case 401:
    case 403:
      return { status: 'unknown', detail, fix: 'run it with an account that has this right' };
    case 0:
      return { status: 'unknown', detail, fix: 'see that the API server answers: kubectl get --raw /readyz' };
    default:
      return { status: 'unknown', detail, fix: null };
  }
}

const MARKS: Readonly<Record<CheckStatus, string>> = {
  ok: 'ok     ',
  warning: 'WARNING',
  failed: 'FAILED ',
  unknown: 'UNKNOWN',
};

/** For people. Ends with a line feed. */
export function checkText(results: readonly CheckResult[]): string {
  const lines = results.flatMap(({ check, status, detail, fix }) => [
    `${MARKS[status]}  ${check}: ${detail}`,
    ...(fix === null ? [] : [`         fix: ${fix}`]),
  ]);
  const count = (status: CheckStatus): number => results.filter((each) => each.status === status).length;
  return `${lines.join('\n')}\n\n${results.length} checks: ${count('ok')} ok, ${count('warning')} warnings, ${count('failed')} failed, ${count('unknown')} unknown.\n`;
}

/** True if nothing failed and everything could be looked at. */
export function isProven(results: readonly CheckResult[]): boolean {
  return results.every(({ status }) => status === 'ok' || status === 'warning');
}
