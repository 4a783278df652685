import { formatProblem, parsePolicy, type PolicyDocument } from '@llm-boundary/sidecar/policy';
import { z } from 'zod';

import {
  ANNOTATIONS,
  AUDIT_VOLUME_FORM,
  parseAuditVolume,
  readAmount,
  type Amount,
  type AuditVolume,
  type SidecarShare,
} from '../inject/index.ts';

/** Key of the ConfigMap with the policy document. */
export const POLICY_KEY = 'policy.yaml';
const FINGERPRINTS = '.fingerprints';

const configMap = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
    annotations: z.record(z.string(), z.string()).nullish(),
    resourceVersion: z.string().nullish(),
  }),
  data: z.record(z.string(), z.string()).nullish(),
});

/** The parts of a ConfigMap that policies consist of. */
export type PolicyConfigMap = z.infer<typeof configMap>;

/** Null: not a ConfigMap. Never throws. */
export function parseConfigMap(value: unknown): PolicyConfigMap | null {
  const result = configMap.safeParse(value);
  return result.success ? result.data : null;
}

/** A valid policy document with its files and annotations. */
export interface PolicyLayer {
  readonly name: string;
  readonly document: PolicyDocument;
  /** Fingerprint files, by key of the ConfigMap (`customer-list.fingerprints`). */
  readonly files: ReadonlyMap<string, string>;
  /** The annotation `llm-boundary.io/capture: redirect` on the ConfigMap. */
  readonly demandsRedirect: boolean;
  /** The annotations `llm-boundary.io/sidecar-cpu`, `…/sidecar-memory` and `…/audit-volume`. Only those of the policy that a workload chose count. */
  readonly resources: SidecarShare;
  /** The annotation `llm-boundary.io/shadow`: the policy that is judged beside it. Only that of the policy that a workload chose counts. */
  readonly shadow: string | null;
  readonly warnings: readonly string[];
  /** As it was written. */
  readonly text: string;
}

export type LayerResult =
  | { readonly ok: true; readonly layer: PolicyLayer }
  | { readonly ok: false; readonly problems: readonly string[] };

function captureProblem(value: string | undefined): string | null {
  return value === undefined || value === 'redirect'
    ? null
    : `metadata.annotations[${ANNOTATIONS.capture}]: expected redirect, or no annotation`;
}

interface ReadShare {
  readonly share: SidecarShare;
  readonly problems: readonly string[];
}

function readShare(annotations: Readonly<Record<string, string>>): ReadShare {
  const share: { cpu?: Amount; memory?: Amount; auditVolume?: AuditVolume } = {};
  const problems: string[] = [];
  for (const [key, name] of [
    ['cpu', ANNOTATIONS.sidecarCpu],
    ['memory', ANNOTATIONS.sidecarMemory],
  ] as const) {
    const text = annotations[name];
    if (text === undefined) continue;
    const read = readAmount(key, text);
    if (read.ok) share[key] = read.amount;
    else problems.push(`metadata.annotations[${name}]: ${read.problem}`);
  }
  const text = annotations[ANNOTATIONS.auditVolume];
  const volume = text === undefined ? null : parseAuditVolume(text);
  if (volume !== null) share.auditVolume = volume;
  else if (text !== undefined) {
    problems.push(`metadata.annotations[${ANNOTATIONS.auditVolume}]: expected ${AUDIT_VOLUME_FORM}`);
  }
  return { share, problems };
}

/** Reads the policy of a ConfigMap. Never throws. */
export function readLayer({ metadata, data }: PolicyConfigMap): LayerResult {
  const place = `configmap ${metadata.namespace ?? ''}/${metadata.name}`;
  const text = data?.[POLICY_KEY];
  const capture = metadata.annotations?.[ANNOTATIONS.capture];
  const wrong = captureProblem(capture);
  const { share, problems: shareProblems } = readShare(metadata.annotations ?? {});
  if (text === undefined) {
    return {
      ok: false,
      problems: [`${place}: expected the policy document as text under data["${POLICY_KEY}"]`],
    };
  }
  const parsed = parsePolicy(text, `${place} data["${POLICY_KEY}"]`);
  const problems = [
    ...(parsed.ok ? [] : parsed.problems.map(formatProblem)),
    ...(wrong === null ? [] : [`${place}: ${wrong}`]),
    ...shareProblems.map((problem) => `${place}: ${problem}`),
  ];
  if (!parsed.ok || problems.length > 0) return { ok: false, problems };
  const files = Object.entries(data ?? {}).filter(([key]) => key.endsWith(FINGERPRINTS));
  return {
    ok: true,
    layer: {
      name: metadata.name,
      document: parsed.document,
      files: new Map(files),
      demandsRedirect: capture === 'redirect',
      resources: share,
      // Whatever is wrong with it takes nothing from the policy.
      shadow: metadata.annotations?.[ANNOTATIONS.shadow] ?? null,
      warnings: parsed.warnings.map(formatProblem),
      text,
    },
  };
}

/** Files in the form of the compiler: by name without the ending. */
export function fingerprintsOf(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].map(([key, text]) => [key.slice(0, -FINGERPRINTS.length), text]));
}
