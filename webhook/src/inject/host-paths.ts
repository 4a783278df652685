import type { Pod } from '../pod/pod.ts';
import { refuse } from '../pod/refusals.ts';

/**
 * What of a node leads to other containers: processes, sockets of container runtimes, the kubelet's copies of volumes (a policy, a record)
 * and what the kubelet starts by itself. Reading and writing are not told apart, because a socket works through a read-only mount too.
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

/** `//var//run/` → `/var/run`. The API refuses paths with `..`. */
function normal(path: string): string {
  return path.replace(/\/(?:\.?\/)+/g, '/').replace(/(?<=.)\/\.?$/, '');
}

function leadsOut(path: string): boolean {
  const found = normal(path);
  return found === '/' || NODE_PATHS.some((each) => inside(found, each) || inside(each, found));
}

/** No container may reach the sidecar, its policy or its record by way of the node. @throws InjectionRefused */
export function checkHostPaths(pod: Pod): void {
  (pod.spec.volumes ?? []).forEach(({ name, hostPath }, index) => {
    if (!hostPath || !leadsOut(hostPath.path)) return;
    refuse('host_path', `spec.volumes[${index}].hostPath.path`, `Volume ${name}: ${hostPath.path}.`);
  });
}
