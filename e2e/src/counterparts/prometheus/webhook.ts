import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { freePort } from '../../process/free-port.ts';
import { startServer, type RunningServer } from '../server.ts';

const MAIN = fileURLToPath(new URL('../../../../webhook/dist/main.js', import.meta.url));

/** A webhook that needs no cluster. */
export interface StandaloneWebhook {
  /** Origin of its metrics. */
  readonly admin: string;
  /** Has a labelled pod admitted. @returns the HTTP status */
  admit(): Promise<number>;
  stop(): Promise<void>;
}

/** @param policy file of the policy `default` */
export async function startWebhook(dir: string, policy: string): Promise<StandaloneWebhook> {
  const [port, ca] = [await freePort(), join(dir, 'webhook-ca.crt')];
  const server: RunningServer = await startServer({
    program: process.execPath,
    args: (admin) => [
      ...[MAIN, '--standalone', '--policy', `default=${policy}`, '--ca-file', ca],
      ...['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${admin}`],
    ],
    healthPath: '/healthz',
  });
  return {
    admin: server.origin,
    admit: () => post(`https://127.0.0.1:${port}/mutate`, readFileSync(ca), REVIEW),
    stop: () => server.stop(),
  };
}

const REVIEW = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '1',
    kind: { group: '', version: 'v1', kind: 'Pod' },
    resource: { group: '', version: 'v1', resource: 'pods' },
    namespace: 'support',
    operation: 'CREATE',
    object: {
      metadata: { name: 'agent-0', namespace: 'support', labels: { 'llm-boundary.io/inject': 'true' } },
      spec: {
        containers: [{ name: 'model', image: 'ollama/ollama:0.13.0', ports: [{ containerPort: 11434 }] }],
      },
    },
  },
};

function post(url: string, ca: Buffer, body: object): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const sent = request(url, { method: 'POST', ca, headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(body));
  });
}
