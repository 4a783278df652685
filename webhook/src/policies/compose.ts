import {
  canonicalPolicy,
  compile,
  effectivePolicy,
  JUDGING,
  meet,
  PolicyInvalid,
  type PolicyDocument,
} from '@llm-boundary/sidecar/policy';

import { publishedName, type InjectPolicy, type PolicyMode } from '../inject/index.ts';
import { fingerprintsOf, POLICY_KEY, type PolicyLayer } from './layer.ts';

/** The layers for one policy name in one namespace. */
export interface ComposeInput {
  readonly name: string;
  readonly mode: PolicyMode | null;
  /** Null: the cluster has none. */
  readonly floor: PolicyLayer | null;
  /** Policies in the workload's own namespace, each of which tightens. */
  readonly namespace: readonly PolicyLayer[];
  /** Null: the embedded default. */
  readonly workload: PolicyLayer | null;
}

/** An effective policy, ready to be injected and published. */
export interface EffectivePolicy {
  readonly inject: InjectPolicy;
  /** Data of the published ConfigMap. */
  readonly data: Readonly<Record<string, string>>;
  /** Why the shadow that it names is not published with it; null where it is, or none is named. */
  readonly shadowProblem: string | null;
}

export type Composition =
  { readonly ok: true; readonly policy: EffectivePolicy } | { readonly ok: false; readonly problem: string };

/**
 * The layer of a workload with what its annotation asks for. It may always ask for `enforce`. It gets `observe` only if the floor itself is in
 * observe mode; without a floor it does not.
 */
export function inMode(
  document: PolicyDocument | undefined,
  mode: PolicyMode | null,
  floor: PolicyDocument | undefined,
): PolicyDocument | undefined {
  if (mode === 'enforce' || (mode === 'observe' && floor?.mode === 'observe')) {
    return { ...(document ?? { version: 1 as const }), mode };
  }
  return document;
}

/** A file that several layers have must be equal in all of them. Null: it is not. */
function mergeFiles(layers: readonly PolicyLayer[]): ReadonlyMap<string, string> | null {
  const merged = new Map<string, string>();
  for (const [key, text] of layers.flatMap(({ files }) => [...files])) {
    if ((merged.get(key) ?? text) !== text) return null;
    merged.set(key, text);
  }
  return merged;
}

/** Effective policy = floor ⊓ namespace ⊓ workload, validated by compiling it as the sidecar will. Never throws. */
export function compose({ name, mode, floor, namespace, workload }: ComposeInput): Composition {
  const layers = [floor, ...namespace, workload].filter((layer) => layer !== null);
  const files = mergeFiles(layers);
  if (files === null) {
    return { ok: false, problem: `policy ${name}: a fingerprints file differs between its layers` };
  }
  const [first, ...rest] = namespace.map(({ document }) => document);
  const complete = effectivePolicy({
    floor: floor?.document,
    namespace: first === undefined ? undefined : rest.reduce(meet, first),
    workload: inMode(workload?.document, mode, floor?.document),
  });
  try {
    const compiled = compile(complete, {
      name,
      generation: 1,
      loadedAtMs: 0,
      fingerprints: fingerprintsOf(files),
      detectors: JUDGING,
    });
    const { text, sha256 } = canonicalPolicy(complete);
    return {
      ok: true,
      policy: {
        inject: {
          name,
          mode,
          configMap: publishedName(name, mode),
          sha256,
          providers: compiled.action.providers,
          tcpPorts: compiled.endpoints.tcp,
          tcpServers: compiled.action.tcp,
          // From the system namespace only: a sidecar without resources refuses its traffic.
          resources: workload?.resources ?? {},
          demandsRedirect: layers.some(({ demandsRedirect }) => demandsRedirect),
        },
        data: { ...Object.fromEntries(files), [POLICY_KEY]: text },
        shadowProblem: null,
      },
    };
  } catch (error) {
    if (error instanceof PolicyInvalid) return { ok: false, problem: `policy ${name}: ${error.message}` };
    throw error;
  }
}
