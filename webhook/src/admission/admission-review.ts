import { z } from 'zod';

import type { PatchOperation } from '../inject/index.ts';

const resource = z.object({ group: z.string(), version: z.string(), resource: z.string() });

/** The parts of an `admission.k8s.io/v1` AdmissionReview that the webhook reads. Everything in `object` is attacker-controlled. */
const review = z.object({
  apiVersion: z.literal('admission.k8s.io/v1'),
  kind: z.literal('AdmissionReview'),
  request: z.object({
    uid: z.string().min(1).max(256),
    resource,
    subResource: z.string().nullish(),
    namespace: z.string().nullish(),
    name: z.string().nullish(),
    operation: z.enum(['CREATE', 'UPDATE', 'DELETE', 'CONNECT']),
    object: z.unknown(),
    oldObject: z.unknown().optional(),
    dryRun: z.boolean().nullish(),
  }),
});

export type AdmissionRequest = z.infer<typeof review>['request'];

/** The decision on one request. */
export interface Decision {
  readonly allowed: boolean;
  readonly patch: readonly PatchOperation[];
  /** Shown to the client of the request. */
  readonly warnings: readonly string[];
  /** Annotations in the API server's audit log, prefixed with the webhook's name. */
  readonly audit: Readonly<Record<string, string>>;
  /** For a refusal. */
  readonly message: string | null;
}

export type ParsedReview =
  | { readonly ok: true; readonly request: AdmissionRequest }
  /** Names fields, never values. */
  | { readonly ok: false; readonly problem: string };

/** Never throws. */
export function parseReview(text: string): ParsedReview {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'the body is not JSON' };
  }
  const result = review.safeParse(value);
  if (result.success) return { ok: true, request: result.data.request };
  const [issue] = result.error.issues;
  return {
    ok: false,
    problem: `not an AdmissionReview of admission.k8s.io/v1: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`,
  };
}

/** The API server truncates longer warnings and drops all of them beyond 4096 characters. */
const WARNING_CHARS = 256;
const WARNINGS_CHARS = 4096;

function cutWarnings(warnings: readonly string[]): string[] {
  const cut: string[] = [];
  let total = 0;
  for (const warning of warnings) {
    const line = warning.replace(/\s+/g, ' ');
    const text = line.length > WARNING_CHARS ? `${line.slice(0, WARNING_CHARS - 1)}…` : line;
    total += text.length;
    if (total > WARNINGS_CHARS) break;
    cut.push(text);
  }
  return cut;
}

/**
 * JSON in the form of Go's encoder. The API server compares the values of `test` operations byte by byte with its own encoding, which
 * escapes these characters (https://pkg.go.dev/encoding/json#HTMLEscape).
 */
function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The AdmissionReview in response to a request. */
export function renderReview(uid: string, decision: Decision): Record<string, unknown> {
  return {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    response: {
      uid,
      allowed: decision.allowed,
      ...(decision.patch.length === 0
        ? {}
        : { patchType: 'JSONPatch', patch: Buffer.from(goJson(decision.patch)).toString('base64') }),
      ...(decision.warnings.length === 0 ? {} : { warnings: cutWarnings(decision.warnings) }),
      ...(Object.keys(decision.audit).length === 0 ? {} : { auditAnnotations: decision.audit }),
      ...(decision.message === null
        ? {}
        : { status: { code: 403, reason: 'Forbidden', status: 'Failure', message: decision.message } }),
    },
  };
}
