import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Asks the API server with the pod's own service account. @returns the body @throws Error with the status otherwise */
export function askKubernetes(method: 'GET' | 'DELETE', path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      `https://kubernetes.default.svc${path}`,
      {
        method,
        ca: readFileSync(`${ACCOUNT}/ca.crt`),
        headers: { authorization: `Bearer ${readFileSync(`${ACCOUNT}/token`, 'utf8')}` },
      },
      (response) => {
        const isGood = (response.statusCode ?? 500) < 300;
        text(response).then(
          (body) => (isGood ? resolve(body) : reject(new Error(`status ${response.statusCode ?? 0}`))),
          reject,
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end();
  });
}
