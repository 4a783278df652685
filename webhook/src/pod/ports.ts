import { ANNOTATIONS, PORTS } from './names.ts';
import type { Container, ContainerPort, Pod } from './pod.ts';
import { refuse } from './refusals.ts';

/** The model container's ports, ascending. */
export interface ModelPorts {
  readonly guarded: readonly number[];
  /** Declared TCP, UDP and SCTP ports that the annotation omits: they are closed, never left open. */
  readonly closed: readonly number[];
  /** Ports in the policy's `endpoints.tcp`: neither guarded nor closed. */
  readonly opaque: readonly number[];
  /** `undeclared`: no annotation and no port; its meaning depends on the capture. */
  readonly source: 'declared' | 'annotated' | 'undeclared';
}

const FIELD = `metadata.annotations[${ANNOTATIONS.modelPorts}]`;

function isReserved(port: number): boolean {
  return port >= 15400 && port <= 15499;
}

/** Port names by convention: `grpc`, `grpc-web`, `h2c`, `http2` and those that begin with them. */
function isMultiplexed(name: string): boolean {
  return /^(grpc|h2c|http2)(-|$)/.test(name.toLowerCase());
}

function inspectable({ name, protocol }: ContainerPort): boolean {
  return (protocol ?? 'TCP') === 'TCP' && !isMultiplexed(name ?? '');
}

function parseAnnotation(value: string): readonly number[] {
  if (value.trim() === 'none') return [];
  const ports = value.split(',').map((part) => part.trim());
  if (!ports.every((part) => /^[1-9]\d{0,4}$/.test(part) && Number(part) <= 65535)) {
    refuse(
      'annotation_invalid',
      FIELD,
      'Accepted: port numbers with commas between them ("8000,8001"), or "none".',
    );
  }
  return [...new Set(ports.map(Number))];
}

function ascending(ports: Iterable<number>): number[] {
  return [...ports].sort((a, b) => a - b);
}

/** No container may declare a port of the sidecar. @throws InjectionRefused */
export function checkReservedPorts(pod: Pod): void {
  for (const list of ['containers', 'initContainers'] as const) {
    (pod.spec[list] ?? []).forEach((container, index) => {
      (container.ports ?? []).forEach(({ containerPort }, portIndex) => {
        if (!isReserved(containerPort)) return;
        refuse(
          'port_reserved',
          `spec.${list}[${index}].ports[${portIndex}].containerPort`,
          `Found ${containerPort}.`,
        );
      });
    });
  }
}

function fromAnnotation(
  model: Container,
  path: string,
  annotation: string,
  opaque: readonly number[],
): ModelPorts {
  const declared = model.ports ?? [];
  const guarded = ascending(parseAnnotation(annotation));
  if (guarded.some(isReserved)) refuse('port_reserved', FIELD);
  const both = guarded.filter((port) => opaque.includes(port));
  if (both.length > 0) refuse('port_opaque', FIELD, `Port ${both.join(', ')}.`);
  declared.forEach((port, index) => {
    if (guarded.includes(port.containerPort) && !inspectable(port)) {
      refuse('port_protocol', `${path}.ports[${index}]`, `Port ${port.containerPort}.`);
    }
  });
  const closed = new Set(
    declared
      .map(({ containerPort }) => containerPort)
      .filter((port) => !guarded.includes(port) && !opaque.includes(port)),
  );
  return { guarded, closed: ascending(closed), opaque, source: 'annotated' };
}

function fromDeclaration(model: Container, path: string, opaque: readonly number[]): ModelPorts {
  const declared = model.ports ?? [];
  const isOpaque = ({ containerPort, protocol }: ContainerPort): boolean =>
    (protocol ?? 'TCP') === 'TCP' && opaque.includes(containerPort);
  declared.forEach((port, index) => {
    if (inspectable(port) || isOpaque(port)) return;
    const what = (port.protocol ?? 'TCP') === 'TCP' ? (port.name ?? '') : (port.protocol ?? '');
    refuse('port_protocol', `${path}.ports[${index}]`, `Port ${port.containerPort} (${what}).`);
  });
  const guarded = ascending(
    new Set(declared.filter((port) => !isOpaque(port)).map(({ containerPort }) => containerPort)),
  );
  // The port of the model is among them: a policy that lists every port would leave nothing to inspect.
  if (guarded.length === 0 && declared.length > 0)
    refuse('port_opaque', `${path}.ports`, 'No port of the model container is left to inspect.');
  return { guarded, closed: [], opaque, source: guarded.length === 0 ? 'undeclared' : 'declared' };
}

/**
 * The guarded ports of the model container. `opaque`: the policy's `endpoints.tcp`. @param path field of the container @throws
 * InjectionRefused
 */
export function modelPorts(pod: Pod, model: Container, path: string, opaque: readonly number[]): ModelPorts {
  const annotation = pod.metadata?.annotations?.[ANNOTATIONS.modelPorts];
  const ports =
    annotation === undefined
      ? fromDeclaration(model, path, opaque)
      : fromAnnotation(model, path, annotation, opaque);
  if (ports.guarded.length > PORTS.inboundCount) {
    refuse('too_many_ports', `${path}.ports`, `Found ${ports.guarded.length}.`);
  }
  if (opaque.length > PORTS.inboundTcpCount) {
    refuse('too_many_ports', `${path}.ports`, `endpoints.tcp of the policy lists ${opaque.length}.`);
  }
  return ports;
}
