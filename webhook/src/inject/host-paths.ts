import type { Pod } from '../pod/pod.ts';
import { refuse } from '../pod/refusals.ts';

/**
 * Paths of a node that give access to other containers: processes, sockets of container runtimes, the kubelet's copies of volumes (a
 * policy, a record) and its static pods. Read-only mounts count too, because a socket works through them.
 */
const NODE_PATHS: readonly string[] = [
  '/etc/cni',
  '/etc/kubernetes',
  '/opt/cni',
  '/proc',
  '/run',
  '/var/lib/containerd',
  '/var/lib/containers',
  '/var/lib/docker',
  '/var/lib/k0s',
  '/var/lib/kubelet',
  '/var/lib/rancher',
  '/var/run',
];

function inside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** `//var//run/` → `/var/run`. The API rejects paths with `..`. */
function normal(path: string): string {
  return path.replace(/\/(?:\.?\/)+/g, '/').replace(/(?<=.)\/\.?$/, '');
}

function leadsOut(path: string): boolean {
  const found = normal(path);
  return found === '/' || NODE_PATHS.some((each) => inside(found, each) || inside(each, found));
}

/** No container may reach the sidecar, its policy or its record through the node's file system. @throws InjectionRefused */
export function checkHostPaths(pod: Pod): void {
  (pod.spec.volumes ?? []).forEach(({ name, hostPath }, index) => {
    if (!hostPath || !leadsOut(hostPath.path)) return;
    refuse('host_path', `spec.volumes[${index}].hostPath.path`, `Volume ${name}: ${hostPath.path}.`);
  });
}
