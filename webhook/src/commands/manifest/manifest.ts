import {
  applyPatch,
  inject,
  jsonPatch,
  LABELS,
  malformedPod,
  parsePod,
  type InjectConfig,
  type Injection,
  type Namespace,
  type PatchOperation,
  type PolicyLookup,
} from '../../inject/index.ts';
import { labelHints } from './label-hints.ts';
import { at, isObject, podTemplates, type JsonObject } from './pod-templates.ts';

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export interface OfflineDeps {
  /** By name; other namespaces count as labelled, since the purpose is to see an injection. */
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly policies: PolicyLookup;
  readonly config: InjectConfig;
}

/** The result for one pod template, and its JSON Pointer. */
export interface Outcome {
  readonly at: string;
  readonly injection:
    | Injection
    /** A custom resource whose pods only its controller can derive. */
    | { readonly kind: 'not_understood' };
}

/** The result for one document of a manifest. */
export interface OfflineResult {
  /** `Deployment chat/model` */
  readonly name: string;
  /** One per pod template; empty: not a workload. */
  readonly outcomes: readonly Outcome[];
  /** Likely mistakes in the label of injection, one sentence each. */
  readonly hints: readonly string[];
  readonly patch: readonly PatchOperation[];
  readonly document: unknown;
}

function labelled(name: string): Namespace {
  return { metadata: { name, labels: { [LABELS.inject]: 'true' } } };
}

/** A single given namespace applies to documents without one. */
function namespaceOf(document: JsonObject, { namespaces }: Pick<OfflineDeps, 'namespaces'>): Namespace {
  const named = text(at(document, '/metadata/namespace'));
  const [only, second] = namespaces.values();
  if (named === null && only !== undefined && second === undefined) return only;
  const name = named ?? 'default';
  return namespaces.get(name) ?? labelled(name);
}

function nameOf(document: JsonObject, namespace: Namespace): string {
  const name =
    text(at(document, '/metadata/name')) ?? text(at(document, '/metadata/generateName')) ?? '(unnamed)';
  return `${text(document['kind']) ?? 'document'} ${namespace.metadata.name}/${name}`;
}

interface TemplateResult extends Outcome {
  readonly patch: readonly PatchOperation[];
}

function injectTemplate(document: JsonObject, pointer: string, deps: OfflineDeps): TemplateResult {
  const namespace = namespaceOf(document, deps);
  const template = at(document, pointer);
  const pod = parsePod(template);
  const injection = pod.ok
    ? inject({ pod: pod.value, namespace, policies: deps.policies, config: deps.config })
    : malformedPod(pod.field);
  if (injection.kind !== 'injected') return { at: pointer, injection, patch: [] };
  const patch = jsonPatch(template, injection.pod).map((operation) => ({
    ...operation,
    path: `${pointer}${operation.path}`,
  }));
  return { at: pointer, injection, patch };
}

/** A namespace that is only assumed to be labelled may not be. */
function isLabelled(document: JsonObject, { namespaces }: OfflineDeps): boolean {
  const { name, labels } = namespaceOf(document, { namespaces }).metadata;
  return namespaces.has(name) && labels?.[LABELS.inject] === 'true';
}

/** Injects one document as the webhook would inject its pods. A List yields one result per item. */
export function injectDocument(document: unknown, deps: OfflineDeps): readonly OfflineResult[] {
  if (!isObject(document)) return [{ name: 'document', outcomes: [], hints: [], patch: [], document }];
  const items = document['items'];
  if (document['kind'] === 'List' && Array.isArray(items))
    return items.flatMap((item) => injectDocument(item, deps));
  const name = nameOf(document, namespaceOf(document, deps));
  const templates = podTemplates(document);
  switch (templates.kind) {
    case 'none': {
      const hints = document['kind'] === 'Namespace' ? labelHints(document, [], true) : [];
      return [{ name, outcomes: [], hints, patch: [], document }];
    }
    case 'unknown': {
      const outcomes: readonly Outcome[] = [{ at: '', injection: { kind: 'not_understood' } }];
      return [{ name, outcomes, hints: labelHints(document, [], true), patch: [], document }];
    }
    case 'templates': {
      const results = templates.pointers.map((pointer) => injectTemplate(document, pointer, deps));
      const patch = results.flatMap((result) => result.patch);
      const outcomes = results.map(({ at: pointer, injection }) => ({ at: pointer, injection }));
      const hints = labelHints(document, templates.pointers, isLabelled(document, deps));
      return [{ name, outcomes, hints, patch, document: applyPatch(document, patch) }];
    }
  }
}
