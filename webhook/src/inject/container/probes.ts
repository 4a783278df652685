import { z } from 'zod';

import { ANNOTATIONS, CONTAINERS, PORTS } from '../../pod/names.ts';
import { without, type Container, type Handler, type Pod } from '../../pod/pod.ts';
import { refuse } from '../../pod/refusals.ts';

const PROBES = { livenessProbe: 'liveness', readinessProbe: 'readiness', startupProbe: 'startup' } as const;
const HOOKS = { postStart: 'post-start', preStop: 'pre-stop' } as const;
type ProbeKey = keyof typeof PROBES;
type HookKey = keyof typeof HOOKS;
const PROBE_KEYS = Object.keys(PROBES) as readonly ProbeKey[];
const HOOK_KEYS = Object.keys(HOOKS) as readonly HookKey[];

/** A probe or hook that the kubelet sends to the sidecar, and the sidecar to the container. */
export interface CarriedProbe {
  /** `CONTAINER/KIND`; the admin listener answers it under `/probe/CONTAINER/KIND`. */
  readonly name: string;
  /** `http://127.0.0.1:8000/health`, `https://…`, `tcp://127.0.0.1:8000` or `grpc://127.0.0.1:8001/SERVICE`. */
  readonly target: string;
}

/** Handlers as the author wrote them: container → probe or hook → handler. Also the format of the annotation. */
const originals = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())));
type Originals = z.infer<typeof originals>;

/** Port that the sidecar dials for a port of the pod; null: capture does not affect it, so the kubelet dials it directly. */
export type DialledPort = (port: number) => number | null;

function portNumber(container: Container, port: number | string): number | null {
  if (typeof port === 'number') return port;
  if (/^\d+$/.test(port)) return Number(port);
  return (container.ports ?? []).find(({ name }) => name === port)?.containerPort ?? null;
}

/** The service of a gRPC probe, as the path of a URL. Services have any name, so nothing in it may end the path. */
function servicePath(service: string | null | undefined): string {
  return encodeURIComponent(service ?? '');
}

/** The sidecar's target for a handler; null: not rewritten. A `host` means another address than the pod's. */
function target(container: Container, handler: Handler, dialled: DialledPort): string | null {
  const { httpGet, tcpSocket, grpc } = handler;
  if (grpc) {
    const to = dialled(grpc.port);
    return to === null ? null : `grpc://127.0.0.1:${to}/${servicePath(grpc.service)}`;
  }
  const aim = httpGet ?? tcpSocket;
  if (!aim || (aim.host ?? '') !== '') return null;
  const port = portNumber(container, aim.port);
  const to = port === null ? null : dialled(port);
  if (to === null) return null;
  if (!httpGet) return `tcp://127.0.0.1:${to}`;
  const path = httpGet.path ?? '/';
  const scheme = (httpGet.scheme ?? 'HTTP').toLowerCase();
  return `${scheme}://127.0.0.1:${to}${path.startsWith('/') ? path : `/${path}`}`;
}

function redirected(handler: Handler, name: string): Handler {
  const headers = handler.httpGet?.['httpHeaders'];
  return {
    ...without(handler, 'httpGet', 'tcpSocket', 'grpc'),
    // Never `host`: Pod Security baseline refuses it.
    httpGet: {
      ...(headers === undefined ? {} : { httpHeaders: headers }),
      path: `/probe/${name}`,
      port: PORTS.admin,
      scheme: 'HTTP',
    },
  };
}

function aimOf({ httpGet, tcpSocket, grpc }: Handler): Record<string, unknown> {
  return httpGet ? { httpGet } : tcpSocket ? { tcpSocket } : { grpc };
}

interface Rewrite {
  readonly carried: CarriedProbe[];
  /** By container: its name is the author's, and may be that of an inherited property. */
  readonly originals: Map<string, Record<string, Record<string, unknown>>>;
}

function rewriteHandler(
  container: Container,
  key: ProbeKey | HookKey,
  handler: Handler,
  dialled: DialledPort,
  into: Rewrite,
): Handler {
  const to = target(container, handler, dialled);
  if (to === null) return handler;
  const name = `${container.name}/${{ ...PROBES, ...HOOKS }[key]}`;
  into.carried.push({ name, target: to });
  const kept = into.originals.get(container.name) ?? {};
  into.originals.set(container.name, { ...kept, [key]: aimOf(handler) });
  return redirected(handler, name);
}

function rewriteContainer(container: Container, dialled: DialledPort, into: Rewrite): Container {
  if (container.name === CONTAINERS.sidecar) return container;
  const probes: Partial<Record<ProbeKey, Handler>> = {};
  for (const key of PROBE_KEYS) {
    const handler = container[key];
    if (handler) probes[key] = rewriteHandler(container, key, handler, dialled, into);
  }
  const { lifecycle } = container;
  if (!lifecycle) return { ...container, ...probes };
  const hooks: Partial<Record<HookKey, Handler>> = {};
  for (const key of HOOK_KEYS) {
    const handler = lifecycle[key];
    if (handler) {
      hooks[key] = rewriteHandler(container, key, handler, dialled, into);
    }
  }
  return { ...container, ...probes, lifecycle: { ...lifecycle, ...hooks } };
}

function mapContainers(pod: Pod, each: (container: Container) => Container): Pod {
  const { containers, initContainers } = pod.spec;
  return {
    ...pod,
    spec: {
      ...pod.spec,
      containers: containers.map(each),
      ...(initContainers ? { initContainers: initContainers.map(each) } : {}),
    },
  };
}

export interface RewrittenProbes {
  readonly pod: Pod;
  readonly carried: readonly CarriedProbe[];
  /** Value of the annotation with the originals; null: nothing was rewritten. */
  readonly annotation: string | null;
}

/** Points probes and hooks that capture would break at the sidecar. */
export function rewriteProbes(pod: Pod, dialled: DialledPort): RewrittenProbes {
  const into: Rewrite = { carried: [], originals: new Map() };
  const rewritten = mapContainers(pod, (container) => rewriteContainer(container, dialled, into));
  const any = into.carried.length > 0;
  return {
    pod: rewritten,
    carried: into.carried,
    annotation: any ? JSON.stringify(Object.fromEntries(into.originals)) : null,
  };
}

function restoreHandler(handler: Handler, original: Record<string, unknown>): Handler {
  return {
    ...without(handler, 'httpGet'),
    ...original,
  };
}

function isCarried(handler: Handler | null | undefined, name: string): handler is Handler {
  return handler?.httpGet?.path === `/probe/${name}` && handler.httpGet.port === PORTS.admin;
}

function restoreContainer(container: Container, kept: Originals): Container {
  const own = (Object.hasOwn(kept, container.name) ? kept[container.name] : undefined) ?? {};
  const probes: Partial<Record<ProbeKey, Handler>> = {};
  for (const key of PROBE_KEYS) {
    const [handler, original] = [container[key], own[key]];
    if (original && isCarried(handler, `${container.name}/${PROBES[key]}`)) {
      probes[key] = restoreHandler(handler, original);
    }
  }
  const { lifecycle } = container;
  if (!lifecycle) return { ...container, ...probes };
  const hooks: Partial<Record<HookKey, Handler>> = {};
  for (const key of HOOK_KEYS) {
    const [handler, original] = [lifecycle[key], own[key]];
    if (original && isCarried(handler, `${container.name}/${HOOKS[key]}`)) {
      hooks[key] = restoreHandler(handler, original);
    }
  }
  return { ...container, ...probes, lifecycle: { ...lifecycle, ...hooks } };
}

/** Undoes {@link rewriteProbes} from the annotation, so that a second pass starts from the original. @throws InjectionRefused */
export function restoreProbes(pod: Pod): Pod {
  const value = pod.metadata?.annotations?.[ANNOTATIONS.probes];
  if (value === undefined) return pod;
  let kept: Originals;
  try {
    kept = originals.parse(JSON.parse(value));
  } catch {
    return refuse(
      'impostor_status',
      `metadata.annotations[${ANNOTATIONS.probes}]`,
      'This webhook did not write the annotation.',
    );
  }
  return mapContainers(pod, (container) => restoreContainer(container, kept));
}
