import { ANNOTATIONS } from './names.ts';
import type { Container, Pod } from './pod.ts';
import { refuse } from './refusals.ts';

/** Third-party sidecars that declare ports and hold no model. Only the default choice skips them. */
const FOREIGN = new Set([
  'cloud-sql-proxy',
  'daprd',
  'istio-proxy',
  'kuma-sidecar',
  'linkerd-proxy',
  'otc-container',
  'vault-agent',
]);

function speaksTcp(container: Container): boolean {
  return (container.ports ?? []).some(({ protocol }) => (protocol ?? 'TCP') === 'TCP');
}

export interface ModelContainer {
  readonly container: Container;
  /** Index in `spec.containers`. */
  readonly index: number;
}

/** The annotated container; else the first with a TCP port; else the first. @throws InjectionRefused */
export function findModelContainer(pod: Pod): ModelContainer {
  const { containers } = pod.spec;
  const wanted = pod.metadata?.annotations?.[ANNOTATIONS.modelContainer];
  if (wanted !== undefined) {
    const index = containers.findIndex(({ name }) => name === wanted);
    const container = containers[index];
    if (container !== undefined) return { container, index };
    return refuse(
      'model_container_unknown',
      `metadata.annotations[${ANNOTATIONS.modelContainer}]`,
      `Containers: ${containers.map(({ name }) => name).join(', ')}.`,
    );
  }
  const candidates = containers.map((container, index) => ({ container, index }));
  const own = candidates.filter(({ container }) => !FOREIGN.has(container.name));
  const pool = own.length === 0 ? candidates : own;
  const found = pool.find(({ container }) => speaksTcp(container)) ?? pool[0];
  return found ?? refuse('pod_malformed', 'spec.containers', 'There is no container.');
}
