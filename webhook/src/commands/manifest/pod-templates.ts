/** API groups of Kubernetes whose kinds contain pod templates. */
const BUILT_IN: ReadonlySet<string> = new Set(['', 'apps', 'batch']);

const RAY_CLUSTER = ['headGroupSpec/template', 'workerGroupSpecs/*/template'] as const;

/**
 * The pod templates of a workload, as JSON Pointers (RFC 6901) in which `*` is every item of an array or member of an object. Kinds of
 * Kubernetes by name, others by name and group.
 */
const TEMPLATES: ReadonlyMap<string, readonly string[]> = new Map([
  ['Pod', ['']],
  ['PodTemplate', ['/template']],
  ['CronJob', ['/spec/jobTemplate/spec/template']],
  ['DaemonSet', ['/spec/template']],
  ['Deployment', ['/spec/template']],
  ['Job', ['/spec/template']],
  ['ReplicaSet', ['/spec/template']],
  ['ReplicationController', ['/spec/template']],
  ['StatefulSet', ['/spec/template']],
  ['CloneSet.apps.kruise.io', ['/spec/template']],
  ['JobSet.jobset.x-k8s.io', ['/spec/replicatedJobs/*/template/spec/template']],
  [
    'LeaderWorkerSet.leaderworkerset.x-k8s.io',
    ['/spec/leaderWorkerTemplate/leaderTemplate', '/spec/leaderWorkerTemplate/workerTemplate'],
  ],
  ['Notebook.kubeflow.org', ['/spec/template']],
  ['PyTorchJob.kubeflow.org', ['/spec/pytorchReplicaSpecs/*/template']],
  ['RayCluster.ray.io', RAY_CLUSTER.map((path) => `/spec/${path}`)],
  [
    'RayJob.ray.io',
    [...RAY_CLUSTER.map((path) => `/spec/rayClusterSpec/${path}`), '/spec/submitterPodTemplate'],
  ],
  ['RayService.ray.io', RAY_CLUSTER.map((path) => `/spec/rayClusterConfig/${path}`)],
  ['Rollout.argoproj.io', ['/spec/template']],
  ['Sandbox.agents.x-k8s.io', ['/spec/podTemplate']],
  ['SandboxTemplate.extensions.agents.x-k8s.io', ['/spec/podTemplate']],
]);

/** Custom resources of whose pods nothing is in their spec. */
const OPAQUE: ReadonlySet<string> = new Set([
  'LLMInferenceService.serving.kserve.io',
  'Model.kubeai.org',
  'SparkApplication.sparkoperator.k8s.io',
  'ScheduledSparkApplication.sparkoperator.k8s.io',
  'Workspace.kaito.sh',
]);

/** Members by which a custom resource tells its controller which pods to create. */
const POD_SIGNS: ReadonlySet<string> = new Set(['container', 'containers', 'image', 'storageUri']);

/** Depth limit of the search. */
const MAX_DEPTH = 40;

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value at a pointer without `*`; undefined if absent. */
export function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, key) => {
      if (Array.isArray(node)) return node[Number(key)] as unknown;
      return isObject(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    }, value);
}

function expand(value: unknown, pattern: string): readonly string[] {
  const [head = '', ...rest] = pattern.split('/*');
  return rest.reduce<readonly string[]>(
    (pointers, tail) =>
      pointers.flatMap((pointer) => {
        const node = at(value, pointer);
        const keys = isObject(node) || Array.isArray(node) ? Object.keys(node) : [];
        return keys.map((key) => `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}${tail}`);
      }),
    [head],
  );
}

function showsPods(value: unknown, depth = 0): boolean {
  if (depth > MAX_DEPTH || typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) => (isObject(value) && POD_SIGNS.has(name)) || showsPods(member, depth + 1),
  );
}

/** Location of a document's pod templates. */
export type PodTemplates =
  | { readonly kind: 'templates'; readonly pointers: readonly string[] }
  /** A custom resource whose controller creates the pods in an unknown way. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'none' };

/** Finds the pod templates of a workload. Never throws. */
export function podTemplates(document: JsonObject): PodTemplates {
  const kind = typeof document['kind'] === 'string' ? document['kind'] : '';
  const version = typeof document['apiVersion'] === 'string' ? document['apiVersion'] : '';
  const group = version.includes('/') ? (version.split('/')[0] ?? '') : '';
  if (BUILT_IN.has(group)) {
    const pointers = TEMPLATES.get(kind);
    return pointers === undefined ? { kind: 'none' } : { kind: 'templates', pointers };
  }
  const patterns = TEMPLATES.get(`${kind}.${group}`) ?? [];
  const pointers = patterns
    .flatMap((pattern) => expand(document, pattern))
    .filter((pointer) => at(document, pointer) !== undefined);
  if (pointers.length > 0) return { kind: 'templates', pointers };
  if (OPAQUE.has(`${kind}.${group}`)) return { kind: 'unknown' };
  const isCustom = group.includes('.') && !group.endsWith('.k8s.io');
  return isCustom && showsPods(document['spec']) ? { kind: 'unknown' } : { kind: 'none' };
}
