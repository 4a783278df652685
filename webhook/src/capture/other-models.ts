import type { Capture } from '../pod/config.ts';
import type { ModelContainer } from '../pod/model-container.ts';
import type { Pod } from '../pod/pod.ts';
import type { ModelPorts } from '../pod/ports.ts';
import { refuse } from '../pod/refusals.ts';
import { startsServer } from './takeover/server.ts';

/**
 * The author names the model container, and ports of the others stay open. A second known model server must not be reachable past the
 * sidecar: under redirect its ports must be guarded too, and takeover moves one server only. @throws InjectionRefused
 */
export function checkOtherModels(pod: Pod, model: ModelContainer, ports: ModelPorts, capture: Capture): void {
  for (const list of ['containers', 'initContainers'] as const) {
    (pod.spec[list] ?? []).forEach((container, index) => {
      if ((list === 'containers' && index === model.index) || !startsServer(container)) return;
      const field = `spec.${list}[${index}]`;
      if (capture === 'takeover') refuse('model_unguarded', field, `Container ${container.name}.`);
      const open = (container.ports ?? []).findIndex(
        ({ protocol, containerPort }) =>
          (protocol ?? 'TCP') === 'TCP' && !ports.guarded.includes(containerPort),
      );
      if (open !== -1) refuse('model_unguarded', `${field}.ports[${open}]`, `Container ${container.name}.`);
    });
  }
}
