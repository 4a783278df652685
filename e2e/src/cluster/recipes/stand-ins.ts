import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseAllDocuments } from 'yaml';

import { makeCertificate } from '../../counterparts/tls/certificate.ts';
import { ROOT, type Cluster } from '../cluster.ts';
import { IMAGES } from '../images.ts';
import { tag } from '../quickstart/stand-ins.ts';
import { must } from '../shell.ts';
import { STAND_IN, INTERNET_NAMES } from './objects.ts';
import { RECIPES } from './page.ts';

/** The sidecar's image with the certificate of the test's world outside among those of the system. */
export const TRUSTING_SIDECAR = 'sidecar-trusting:e2e';

/** Images of the manifests that are not stand-ins: the Job's program runs on Node in any case. */
const NODE_IMAGE = 'node:24-bookworm-slim';

/** As containerd writes a name that a user has shortened. */
function whole(name: string): string {
  if (/^[^/]+\.[^/]+\//.test(name)) return name;
  return name.includes('/') ? `docker.io/${name}` : `docker.io/library/${name}`;
}

function imagesIn(node: unknown): readonly string[] {
  if (Array.isArray(node)) return node.flatMap(imagesIn);
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, value]) =>
    key === 'image' && typeof value === 'string' ? [value] : imagesIn(value),
  );
}

/** Names of images in the manifests, and in the pod of KServe's controller. */
function wantedImages(): readonly string[] {
  const files = [
    ...RECIPES.map(({ name }) => `docs/guide/recipes/${name}.yaml`),
    'e2e/workloads/platforms/kserve-huggingface.yaml',
  ];
  const found = files.flatMap((file) =>
    parseAllDocuments(readFileSync(`${ROOT}${file}`, 'utf8')).flatMap((each) => imagesIn(each.toJS())),
  );
  return [...new Set(found)];
}

/** One image that has the name of each image of the manifests: programs of this repository, and Redis. @returns how many names */
export async function makeStandIns(cluster: Cluster): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-recipes-'));
  try {
    for (const path of ['usr/bin', 'bin', 'root/.ollama', 'mnt/models', 'workspace'])
      mkdirSync(join(folder, path), { recursive: true });
    const lib = `${ROOT}e2e/hack/cluster/lib.sh`;
    // Debian's redis-tools has the server's program, and starts none; it serves under its name.
    await must(
      'bash',
      ['-c', 'source "$1"; need_commands redis-check-rdb=redis-tools busybox=busybox-static', 'bash', lib],
      {
        timeoutMs: 300_000,
      },
    );
    await must(`${ROOT}e2e/hack/cluster/rootfs.sh`, ['add', folder, 'redis-check-rdb']);
    copyFileSync(join(folder, 'usr/bin/redis-check-rdb'), join(folder, 'usr/bin/redis-server'));
    rmSync(join(folder, 'usr/bin/redis-check-rdb'));
    copyFileSync((await must('bash', ['-c', 'type -P busybox'])).trim(), join(folder, 'bin/sh'));
    const program = (name: string, path: string): void =>
      writeFileSync(join(folder, 'usr/bin', name), `#!/usr/bin/node\nimport('/app/workloads/${path}');\n`, {
        mode: 0o755,
      });
    program('ollama', 'ollama.js');
    program('vllm', 'recipes/model-server.js');
    program('claude', 'recipes/claude.js');
    // A probe has a second, in which Node may not start. Busybox's static build has no `nc -z`.
    copyFileSync(join(folder, 'bin/sh'), join(folder, 'usr/bin/nc'));
    writeFileSync(
      join(folder, 'usr/bin/pg_isready'),
      '#!/bin/sh\nexec /usr/bin/nc -w 1 127.0.0.1 5432 </dev/null\n',
      {
        mode: 0o755,
      },
    );
    await cluster.script(
      [
        ...['image', STAND_IN, folder, '--from', IMAGES.workload, '--user', '0:0'],
        ...['--entrypoint', '/usr/bin/node', '--entrypoint', '/app/workloads/recipes/start.js'],
      ],
      { timeoutMs: 300_000 },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  await cluster.script(['load', STAND_IN], { timeoutMs: 300_000 });
  const names = wantedImages().map(
    (name) => [name === NODE_IMAGE ? IMAGES.workload : STAND_IN, whole(name)] as const,
  );
  await tag(cluster, names);
  return names.length;
}

/** A certificate for the names of the world outside, and a sidecar's image that trusts it. */
export async function makeTrust(
  cluster: Cluster,
): Promise<{ readonly certificate: string; readonly key: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-trust-'));
  try {
    const names = INTERNET_NAMES.map((name) => `DNS:${name}`).join();
    const { key, cert } = makeCertificate(folder, 'the world outside', names);
    const made = { certificate: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    const root = join(folder, 'root');
    mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
    const bundle = readFileSync('/etc/ssl/certs/ca-certificates.crt', 'utf8');
    writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), `${bundle}\n${made.certificate}`);
    await cluster.script(['image', TRUSTING_SIDECAR, root, '--from', IMAGES.sidecar], { timeoutMs: 300_000 });
    await cluster.script(['load', TRUSTING_SIDECAR], { timeoutMs: 300_000 });
    return made;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
