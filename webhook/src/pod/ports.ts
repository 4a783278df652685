import { ANNOTATIONS, PORTS } from './names.ts';
import type { Container, ContainerPort, Pod } from './pod.ts';
import { refuse } from './refusals.ts';

/** The model container's ports, ascending. */
export interface ModelPorts {
  readonly guarded: readonly number[];
  /** Declared TCP, UDP and SCTP ports that the annotation leaves out: to be closed, never left open. */
  readonly closed: readonly number[];
  /** `undeclared`: no annotation and no port; the capture decides what that means. */
  readonly source: 'declared' | 'annotated' | 'undeclared';
}

const FIELD = `metadata.annotations[${ANNOTATIONS.modelPorts}]`;

const isReserved = (port: number): boolean => port >= 15400 && port <= 15499;

/** Names by convention: `grpc`, `grpc-web`, `h2c`, `http2` and what begins with them. */
const isMultiplexed = (name: string): boolean => /^(grpc|h2c|http2)(-|$)/.test(name.toLowerCase());

const inspectable = ({ name, protocol }: ContainerPort): boolean =>
  (protocol ?? 'TCP') === 'TCP' && !isMultiplexed(name ?? '');

const parseAnnotation = (value: string): readonly number[] => {
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
};

const ascending = (ports: Iterable<number>): number[] => [...ports].sort((a, b) => a - b);

/** No container may declare a port of the sidecar's. @throws InjectionRefused */
export const checkReservedPorts = (pod: Pod): void => {
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
};

const fromAnnotation = (model: Container, path: string, annotation: string): ModelPorts => {
  const declared = model.ports ?? [];
  const guarded = ascending(parseAnnotation(annotation));
  if (guarded.some(isReserved)) refuse('port_reserved', FIELD);
  declared.forEach((port, index) => {
    if (guarded.includes(port.containerPort) && !inspectable(port)) {
      refuse('port_protocol', `${path}.ports[${index}]`, `Port ${port.containerPort}.`);
    }
  });
  const closed = new Set(
    declared.map(({ containerPort }) => containerPort).filter((port) => !guarded.includes(port)),
  );
  return { guarded, closed: ascending(closed), source: 'annotated' };
};

const fromDeclaration = (model: Container, path: string): ModelPorts => {
  const declared = model.ports ?? [];
  declared.forEach((port, index) => {
    if (inspectable(port)) return;
    const what = (port.protocol ?? 'TCP') === 'TCP' ? (port.name ?? '') : (port.protocol ?? '');
    refuse('port_protocol', `${path}.ports[${index}]`, `Port ${port.containerPort} (${what}).`);
  });
  const guarded = ascending(new Set(declared.map(({ containerPort }) => containerPort)));
  return { guarded, closed: [], source: guarded.length === 0 ? 'undeclared' : 'declared' };
};

/** Which ports of the model container are guarded. @param path field of the container @throws InjectionRefused */
export const modelPorts = (pod: Pod, model: Container, path: string): ModelPorts => {
  const annotation = pod.metadata?.annotations?.[ANNOTATIONS.modelPorts];
  const ports =
    annotation === undefined ? fromDeclaration(model, path) : fromAnnotation(model, path, annotation);
  if (ports.guarded.length > PORTS.inboundCount) {
    refuse('too_many_ports', `${path}.ports`, `Found ${ports.guarded.length}.`);
  }
  return ports;
};
