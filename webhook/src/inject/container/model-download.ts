import type { Container, Pod } from '../../pod/pod.ts';
import { isOllamaServer } from './environment.ts';

/** A hook that may call the pod's own model server at startup. */
function startHook({ lifecycle }: Container): boolean {
  return lifecycle?.postStart !== null && lifecycle?.postStart !== undefined;
}

/** Charts of Ollama load models with `ollama pull` in a hook: calls over loopback are inspected like all others. */
export function modelDownloadWarnings({ spec }: Pod): readonly string[] {
  return spec.containers
    .filter((container) => isOllamaServer(container) && startHook(container))
    .map(
      ({ name }) =>
        `container ${name} has a postStart hook, whose calls of Ollama go through the sidecar: for ollama pull, list "POST /api/pull" and "POST /api/show" in endpoints.pass and registry.ollama.ai in action.hosts of the policy, or pull in a Job of its own, into the volume that the server reads`,
    );
}
