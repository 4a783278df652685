export type Json = Readonly<Record<string, unknown>>;

export interface PodSpec {
  readonly containers: readonly Json[];
  readonly initContainers?: readonly Json[];
  readonly volumes?: readonly Json[];
}

export function withSpec(pod: Json, change: (spec: PodSpec) => Json): Json {
  return {
    ...pod,
    spec: { ...(pod['spec'] as PodSpec), ...change(pod['spec'] as PodSpec) },
  };
}

export function changeInit(pod: Json, name: string, change: Json): Json {
  return withSpec(pod, ({ initContainers = [] }) => ({
    initContainers: initContainers.map((each) => (each['name'] === name ? { ...each, ...change } : each)),
  }));
}

/** Changes or, with null, removes one variable of the sidecar. */
export function changeEnv(pod: Json, name: string, change: Json | null): Json {
  const { initContainers = [] } = pod['spec'] as PodSpec;
  const env = (initContainers.find((each) => each['name'] === sidecar)?.['env'] ?? []) as readonly Json[];
  const changed = env.flatMap((each) =>
    each['name'] !== name ? [each] : change === null ? [] : [{ ...each, ...change }],
  );
  return changeInit(pod, sidecar, { env: changed });
}

export function changeModel(pod: Json, change: Json): Json {
  return withSpec(pod, ({ containers }) => ({
    containers: containers.map((each) => ({ ...each, ...change })),
  }));
}

export const sidecar = 'llm-boundary-sidecar';
export const netInit = 'llm-boundary-net-init';

/** Changes one argument of an injected container. */
export function changeArg(pod: Json, name: string, from: string | RegExp, to: string): Json {
  const { initContainers = [] } = pod['spec'] as PodSpec;
  const args = (initContainers.find((each) => each['name'] === name)?.['args'] ?? []) as readonly string[];
  const changed = args.map((arg) => arg.replace(from, to));
  if (changed.join() === args.join()) throw new Error(`no argument of ${name} has ${String(from)}`);
  return changeInit(pod, name, { args: changed });
}

export function changeVolume(pod: Json, name: string, change: Json): Json {
  return withSpec(pod, ({ volumes = [] }) => ({
    volumes: volumes.map((volume) => (volume['name'] === name ? { name, ...change } : volume)),
  }));
}

/** The sidecar's argument list without an option and its value. */
export function withoutOption(pod: Json, option: string): Json {
  const { initContainers = [] } = pod['spec'] as PodSpec;
  const args = (initContainers.find((each) => each['name'] === sidecar)?.['args'] ?? []) as readonly string[];
  const at = args.indexOf(option);
  return changeInit(pod, sidecar, { args: args.filter((_, index) => index !== at && index !== at + 1) });
}

export function imageOf(pod: Json, container: string): string {
  const { initContainers = [] } = pod['spec'] as PodSpec;
  return String(initContainers.find((each) => each['name'] === container)?.['image']);
}

/** Only native sidecars may have probes; without them the API itself would accept the container. */
export const NO_PROBES = { startupProbe: undefined, readinessProbe: undefined, livenessProbe: undefined };
