// Runs in the webhook's image, in hooks and tests: calls the API server as the pod's service account, with Node alone.
import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const account = '/var/run/secrets/kubernetes.io/serviceaccount';
const call = (method, path, body) =>
  new Promise((resolve, reject) => {
    const sent = request(
      {
        host: process.env.KUBERNETES_SERVICE_HOST,
        port: process.env.KUBERNETES_SERVICE_PORT,
        method,
        path,
        ca: readFileSync(`${account}/ca.crt`),
        timeout: 15_000,
        headers: {
          authorization: `Bearer ${readFileSync(`${account}/token`, 'utf8').trim()}`,
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
      },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({
            status: response.statusCode,
            body: JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}'),
          });
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('timed out')));
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
const remove = async (path) => {
  const { status, body } = await call('DELETE', path);
  if (status !== 404 && status > 299) throw new Error(`DELETE ${path}: ${status} ${body.message ?? ''}`);
  console.log(`${status === 404 ? 'was gone' : 'deleted'}: ${path}`);
};
