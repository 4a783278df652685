import { connect } from 'node:net';
import type { ProbeAnswer, ProbeRequest } from './probe-answer.ts';
import { askGrpc } from './probe-grpc.ts';
import { askHttp } from './probe-http.ts';

/** Limit for callers that do not disconnect; the kubelet disconnects at the probe's `timeoutSeconds`. */
const LONGEST_MS = 600_000;

interface Target {
  readonly name: string;
  readonly url: URL;
}

const UNREACHED: ProbeAnswer = { kind: 'unreached' };

/**
 * Probes containers for the kubelet. Capture redirects the kubelet's connections to the sidecar, which probes as the kubelet would: a TCP
 * target must accept, a gRPC target must say SERVING.
 */
export class Probes {
  readonly #targets: ReadonlyMap<string, URL>;

  constructor(targets: readonly Target[]) {
    this.#targets = new Map(targets.map(({ name, url }) => [name, url]));
  }

  /** Null if no probe has this name. Never rejects. */
  ask(name: string, request: ProbeRequest): Promise<ProbeAnswer> | null {
    const url = this.#targets.get(name);
    if (url === undefined) return null;
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(LONGEST_MS)]);
    switch (url.protocol) {
      case 'tcp:':
        return askTcp(url, signal);
      case 'grpc:':
        return askGrpc(url, signal);
      default:
        return askHttp(url, { ...request, signal });
    }
  }
}

/**
 * The kubelet takes any status for the success of a lifecycle hook and only a broken connection for a failure, so the connection is cut if
 * a hook's container was not reached.
 */
export function isHook(name: string): boolean {
  return /\/(?:post-start|pre-stop)$/.test(name);
}

function askTcp(url: URL, signal: AbortSignal): Promise<ProbeAnswer> {
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), signal });
    const end = (answer: ProbeAnswer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end({ kind: 'answered', status: 200 }));
    socket.once('error', () => end(UNREACHED));
  });
}
