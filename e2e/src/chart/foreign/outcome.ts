import type { Answer, Api } from './api.ts';
import { canonicalText } from './canonical.ts';
import type { Json, Pod } from './pods.ts';

/** The result for one pod in one namespace. */
export type Outcome =
  /** The API server rejects it without a boundary too. */
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'injected'; readonly capture: string; readonly pod: Pod }
  | { readonly kind: 'refused'; readonly code: string; readonly field: string }
  /** Neither injected nor refused properly. */
  | { readonly kind: 'broken'; readonly why: string };

const SIDECAR = 'llm-boundary-sidecar';
const NET_INIT = 'llm-boundary-net-init';
const STATUS = 'llm-boundary.io/status';
const REFUSAL = /llm-boundary refused the pod \[([a-z_]+)\] at (\S+): .+ Fix: ./s;

function dryRun(api: Api, namespace: string, pod: Pod): Promise<Answer> {
  return api.ask('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod);
}

function message({ body }: Answer): string {
  const said = (body as { readonly message?: unknown }).message;
  return typeof said === 'string' ? said : JSON.stringify(body);
}

/** The pod for another creation: without the fields that the API server writes. */
function resent(body: unknown): Pod {
  const { metadata, spec } = body as Pod;
  const { name, labels = {}, annotations = {} } = metadata;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels, annotations }, spec };
}

interface NamedContainer {
  readonly name: string;
}

function containers(pod: Pod, list: string): readonly NamedContainer[] {
  return (pod.spec[list] as readonly NamedContainer[] | undefined) ?? [];
}

/** `spec.containers[7]` and `spec.containers.7` of a pod with fewer: not a field of this pod. */
function names(pod: Pod, field: string): boolean {
  const [root, list, index] = field.split(/[.[\]]+/);
  if (root !== 'spec' && root !== 'metadata') return false;
  if (list === undefined || !list.endsWith('ontainers') || !/^\d+$/.test(index ?? '')) return true;
  return Number(index) < containers(pod, list).length;
}

function captureOf(pod: Pod): string {
  const text = pod.metadata.annotations?.[STATUS] ?? '{}';
  return String((JSON.parse(text) as Json)['capture']);
}

function first(pod: Pod): string | undefined {
  const inits = containers(pod, 'initContainers').map(({ name }) => name);
  return inits[0] === NET_INIT ? inits[1] : inits[0];
}

async function judgeInjected(api: Api, namespace: string, body: unknown): Promise<Outcome> {
  const pod = resent(body);
  if (first(pod) !== SIDECAR) return { kind: 'broken', why: 'admitted, and the sidecar is not first' };
  const again = await dryRun(api, namespace, pod);
  if (again.status !== 201)
    return { kind: 'broken', why: `injected, then refused the second time: ${message(again)}` };
  if (canonicalText(resent(again.body)) !== canonicalText(pod))
    return { kind: 'broken', why: 'the second injection changes it' };
  return { kind: 'injected', capture: captureOf(pod), pod };
}

/** The same for a pod that is valid without a boundary. @param guarded a namespace with a boundary */
export async function injection(api: Api, guarded: string, pod: Pod): Promise<Outcome> {
  const after = await dryRun(api, guarded, pod);
  if (after.status === 201) return judgeInjected(api, guarded, after.body);
  const said = message(after);
  const refusal = REFUSAL.exec(said);
  if (refusal === null) return { kind: 'broken', why: `valid before, and then: ${said}` };
  const [, code = '', field = ''] = refusal;
  return names(pod, field)
    ? { kind: 'refused', code, field }
    : { kind: 'broken', why: `the refusal names ${field}, which is no field of the pod` };
}

/**
 * Tries one pod with and without a boundary at one Pod Security level. @param bare a namespace with the level and no boundary @param
 * guarded the same with a boundary
 */
export async function outcome(api: Api, bare: string, guarded: string, pod: Pod): Promise<Outcome> {
  const before = await dryRun(api, bare, pod);
  if (before.status !== 201) return { kind: 'invalid', why: message(before) };
  return injection(api, guarded, pod);
}
