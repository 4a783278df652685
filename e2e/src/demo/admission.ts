import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { applyPatch } from '@llm-boundary/webhook/inject';
import { parse } from 'yaml';

import type { PodSpec } from './container.ts';

const WEBHOOK = fileURLToPath(new URL('../../../webhook/dist/main.js', import.meta.url));
const WORKLOAD = fileURLToPath(new URL('../../../manifests/examples/support-agent.yaml', import.meta.url));

/** The webhook's changes to the workload. */
export interface Admitted {
  readonly before: Pod;
  readonly after: Pod;
  readonly warnings: readonly string[];
  /** Folder of each volume filled by a ConfigMap, by the volume's name. */
  readonly configMaps: ReadonlyMap<string, string>;
}

interface Volume {
  readonly name: string;
  readonly configMap?: { readonly name: string };
}
export interface Pod {
  readonly metadata: { readonly namespace: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: PodSpec & { readonly volumes?: readonly Volume[] };
}
interface AdmissionResponse {
  readonly allowed: boolean;
  readonly patch?: string;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message?: string };
}

/** Starts the real webhook, calls it over HTTPS as the API server would, and stops it. @throws Error if it refuses the pod */
export async function admit(folder: string, policy: string): Promise<Admitted> {
  const pod = parse(readFileSync(WORKLOAD, 'utf8')) as Pod;
  const [policyFile, caFile, published] = [
    join(folder, 'default.yaml'),
    join(folder, 'ca.crt'),
    join(folder, 'published'),
  ];
  writeFileSync(policyFile, policy);
  const flags = [
    '--listen',
    '127.0.0.1:0',
    '--admin',
    '127.0.0.1:0',
    '--policy',
    `default=${policyFile}`,
    '--publish-dir',
    published,
    '--ca-file',
    caFile,
  ];
  const child = spawn(process.execPath, [WEBHOOK, '--standalone', ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const response = await review(await listening(child.stdout), readFileSync(caFile, 'utf8'), pod);
    if (!response.allowed)
      throw new Error(`the webhook refused the workload: ${response.status?.message ?? 'without a reason'}`);
    const operations = JSON.parse(
      Buffer.from(response.patch ?? '', 'base64').toString() || '[]',
    ) as Parameters<typeof applyPatch>[1];
    const after = applyPatch(pod, operations);
    const configMaps = (after.spec.volumes ?? []).flatMap((volume): [string, string][] =>
      volume.configMap === undefined
        ? []
        : [[volume.name, join(published, pod.metadata.namespace, volume.configMap.name)]],
    );
    return {
      before: pod,
      after,
      warnings: response.warnings ?? [],
      configMaps: new Map(configMaps),
    };
  } finally {
    child.kill('SIGTERM');
  }
}

/** Waits for the listen address in the log. */
function listening(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: stdout });
    lines.on('line', (line) => {
      if (!line.includes('webhook listening')) return;
      const { listen } = JSON.parse(line) as { listen: { port: number } };
      resolve(`https://127.0.0.1:${listen.port}`);
    });
    lines.on('close', () => reject(new Error('the webhook ended before it served')));
  });
}

function review(origin: string, ca: string, pod: Pod): Promise<AdmissionResponse> {
  const body = JSON.stringify({
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: 'demo',
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      operation: 'CREATE',
      namespace: pod.metadata.namespace,
      userInfo: { username: 'demo' },
      dryRun: false,
      object: pod,
    },
  });
  return new Promise((resolve, reject) => {
    const call = request(
      `${origin}/mutate`,
      { method: 'POST', agent: new Agent({ ca }), headers: { 'content-type': 'application/json' } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === 200)
            resolve((JSON.parse(text) as { response: AdmissionResponse }).response);
          else reject(new Error(`the webhook answered ${answer.statusCode ?? 0}: ${text}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
