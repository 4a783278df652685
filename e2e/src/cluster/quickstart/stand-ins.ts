import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cluster } from '../cluster.ts';
import { IMAGES } from '../images.ts';

const OLLAMA = 'ollama:e2e';
const CURL = 'busybox:dev';
/** The volume that kind's storage class would make, on the node's own `/run`, which ends with the cluster. */
export const VOLUME = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'quickstart' },
  spec: {
    capacity: { storage: '10Gi' },
    accessModes: ['ReadWriteOnce'],
    persistentVolumeReclaimPolicy: 'Retain',
    storageClassName: '',
    claimRef: { namespace: 'models', name: 'ollama' },
    hostPath: { path: '/run/llm-boundary-quickstart', type: 'DirectoryOrCreate' },
  },
} as const;

/** Images of this machine, and the names by which the page and its manifests call for them. */
export const PULLED: readonly (readonly [ours: string, name: string])[] = [
  [OLLAMA, 'docker.io/ollama/ollama:0.12.3'],
  [CURL, 'docker.io/curlimages/curl:8.16.0'],
  [IMAGES.workload, 'docker.io/library/node:24-bookworm-slim'],
];
export const BUILT: readonly (readonly [ours: string, name: string])[] = [
  [IMAGES.sidecar, 'docker.io/llm-boundary/sidecar:0.1.0'],
  [IMAGES.webhook, 'docker.io/llm-boundary/webhook:0.1.0'],
];

/** Makes and loads what stands in for images of others: programs of this repository and of this machine. */
export async function makeStandIns(cluster: Cluster): Promise<void> {
  const { stdout } = await cluster.inside(['bash', '-c', 'type -P busybox']);
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-ollama-'));
  try {
    for (const path of ['usr/bin', 'bin', 'root/.ollama']) mkdirSync(join(folder, path), { recursive: true });
    copyFileSync(stdout.trim(), join(folder, 'bin/sh'));
    writeFileSync(join(folder, 'usr/bin/ollama'), "#!/usr/bin/node\nimport('/app/workloads/ollama.js');\n", {
      mode: 0o755,
    });
    await cluster.script(
      [
        ...['image', OLLAMA, folder, '--from', IMAGES.workload, '--user', '0:0'],
        ...['--entrypoint', '/usr/bin/ollama', '--cmd', 'serve'],
      ],
      { timeoutMs: 300_000 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await cluster.script(['load', OLLAMA, CURL], { timeoutMs: 300_000 });
}

/** Gives images of the node another name, as if they had been pulled. */
export async function tag(cluster: Cluster, names: typeof PULLED): Promise<void> {
  for (const [ours, name] of names) {
    const { status, stderr } = await cluster.inside([
      ...['ctr', '-n', 'k8s.io', 'images', 'tag', '--force', `localhost/${ours}`, name],
    ]);
    if (status !== 0) throw new Error(`${ours} as ${name}: ${stderr.slice(-300)}`);
  }
}
