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
} from '../inject/index.ts';

/** Where the pod template stands in a workload, as a JSON Pointer. */
const TEMPLATES: Readonly<Record<string, string>> = {
  Pod: '',
  PodTemplate: '/template',
  CronJob: '/spec/jobTemplate/spec/template',
  DaemonSet: '/spec/template',
  Deployment: '/spec/template',
  Job: '/spec/template',
  ReplicaSet: '/spec/template',
  ReplicationController: '/spec/template',
  StatefulSet: '/spec/template',
};

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (isObject(node) ? node[key] : undefined), value);
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export interface OfflineDeps {
  /** By name; a namespace that is not here is taken for labelled, as whoever asks wants to see an injection. */
  readonly namespaces: ReadonlyMap<string, Namespace>;
  readonly policies: PolicyLookup;
  readonly config: InjectConfig;
}

/** What becomes of one document of a manifest. */
export interface OfflineResult {
  /** `Deployment chat/model` */
  readonly name: string;
  /** Null: not a workload, or skipped; the document stays as it is. */
  readonly injection: Injection | null;
  readonly patch: readonly PatchOperation[];
  readonly document: unknown;
}

function labelled(name: string): Namespace {
  return { metadata: { name, labels: { [LABELS.inject]: 'true' } } };
}

/** The one namespace given stands for documents that name none. */
function namespaceOf(document: JsonObject, { namespaces }: OfflineDeps): Namespace {
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

function injectAt(document: JsonObject, pointer: string, deps: OfflineDeps): OfflineResult {
  const namespace = namespaceOf(document, deps);
  const template = at(document, pointer);
  const pod = parsePod(template);
  const injection = pod.ok
    ? inject({ pod: pod.value, namespace, policies: deps.policies, config: deps.config })
    : malformedPod(pod.field);
  const patch =
    injection.kind === 'injected'
      ? jsonPatch(template, injection.pod).map((operation) => ({
          ...operation,
          path: `${pointer}${operation.path}`,
        }))
      : [];
  return { name: nameOf(document, namespace), injection, patch, document: applyPatch(document, patch) };
}

/** Injection of one document as the webhook would do it for its pods. A List gives one result for each item. */
export function injectDocument(document: unknown, deps: OfflineDeps): readonly OfflineResult[] {
  if (!isObject(document)) return [{ name: 'document', injection: null, patch: [], document }];
  const kind = text(document['kind']) ?? '';
  const items = document['items'];
  if (kind === 'List' && Array.isArray(items)) return items.flatMap((item) => injectDocument(item, deps));
  const pointer = Object.hasOwn(TEMPLATES, kind) ? TEMPLATES[kind] : undefined;
  if (pointer === undefined) {
    return [{ name: nameOf(document, namespaceOf(document, deps)), injection: null, patch: [], document }];
  }
  return [injectAt(document, pointer, deps)];
}
