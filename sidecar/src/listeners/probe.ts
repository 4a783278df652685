import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** The kubelet's own default and most; a probe with a longer timeout is answered by this. */
const TIMEOUT_MS = 10_000;

interface Target {
  readonly name: string;
  readonly url: URL;
}

/** What a container answered. */
export interface ProbeAnswer {
  readonly status: number;
}

/**
 * Asks containers on the kubelet's behalf. Capture makes the kubelet's own way end at the sidecar, so the sidecar goes the rest, as the
 * kubelet would: status 200 to 399 is a success, a TCP target is one that accepts, certificates are not verified, redirects not followed.
 */
export class Probes {
  readonly #targets: ReadonlyMap<string, URL>;

  constructor(targets: readonly Target[]) {
    this.#targets = new Map(targets.map(({ name, url }) => [name, url]));
  }

  /** Null where no probe has this name. Never rejects: what cannot be asked is 502. */
  ask(name: string, headers: IncomingHttpHeaders): Promise<ProbeAnswer> | null {
    const url = this.#targets.get(name);
    if (url === undefined) return null;
    return url.protocol === 'tcp:' ? askTcp(url) : askHttp(url, headers);
  }
}

function askHttp(url: URL, headers: IncomingHttpHeaders): Promise<ProbeAnswer> {
  const rest = { ...headers };
  delete rest.host;
  delete rest.connection;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve) => {
    const request = send(
      url,
      { headers: rest, timeout: TIMEOUT_MS, agent: false, rejectUnauthorized: false },
      (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 502 });
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve({ status: 502 }));
    request.end();
  });
}

function askTcp(url: URL): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), timeout: TIMEOUT_MS });
    const end = (status: number): void => {
      socket.destroy();
      resolve({ status });
    };
    socket.once('connect', () => end(200));
    socket.once('timeout', () => end(502));
    socket.once('error', () => end(502));
  });
}
