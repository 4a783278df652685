import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ProbeAnswer, ProbeRequest } from './probe-answer.ts';

/** The kubelet's limit. */
const MAX_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Hop-by-hop headers of the kubelet's connection to the sidecar (RFC 9110 §7.6.1). */
const OF_THE_CONNECTION = [
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
] as const;

/** The headers that the probe defines, and the kubelet's own `User-Agent` and `Accept`. */
function forwarded({ headers, port }: ProbeRequest): IncomingHttpHeaders {
  const rest = { ...headers };
  for (const name of OF_THE_CONNECTION) Reflect.deleteProperty(rest, name);
  if (rest.host?.endsWith(`:${port}`) === true) delete rest.host;
  return rest;
}

/** Null: no answer arrived. */
function exchange(
  url: URL,
  headers: IncomingHttpHeaders,
  signal: AbortSignal,
): Promise<IncomingMessage | null> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    // Certificates of probes are not verified, as in the kubelet.
    const request = send(url, { headers, signal, agent: false, rejectUnauthorized: false }, (response) => {
      response.resume();
      response.on('error', () => undefined);
      resolve(response);
    });
    request.on('error', () => resolve(null));
    request.end();
  });
}

/** The redirect that the kubelet would follow: on the same host. Null: this answer counts. */
function next(from: URL, response: IncomingMessage): URL | null {
  const { location } = response.headers;
  if (!REDIRECTS.has(response.statusCode ?? 0) || location === undefined) return null;
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    return null;
  }
  // Another port of the pod is another server, which this probe does not cover.
  return to.hostname === from.hostname && to.port === from.port && to.protocol === from.protocol ? to : null;
}

/** Probes as the kubelet does: GET, local redirects followed, the status of the last answer counts. Never rejects. */
export async function askHttp(url: URL, request: ProbeRequest): Promise<ProbeAnswer> {
  const headers = forwarded(request);
  let current = url;
  for (let followed = 0; followed <= MAX_REDIRECTS; followed += 1) {
    const response = await exchange(current, headers, request.signal);
    if (response === null) return { kind: 'unreached' };
    const to = next(current, response);
    if (to === null) return { kind: 'answered', status: response.statusCode ?? 502 };
    current = to;
  }
  return { kind: 'unreached' };
}
