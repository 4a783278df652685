import { connect } from 'node:net';
import type { ProbeAnswer, ProbeRequest } from './probe-answer.ts';
import { askGrpc } from './probe-grpc.ts';
import { askHttp } from './probe-http.ts';

/**
 * A probe ends when the kubelet hangs up, at the `timeoutSeconds` that its author gave it. This only bounds what a caller who never
 * hangs up can hold open.
 */
const LONGEST_MS = 600_000;

interface Target {
  readonly name: string;
  readonly url: URL;
}

const UNREACHED: ProbeAnswer = { kind: 'unreached' };

/**
 * Asks containers on the kubelet's behalf. Capture makes the kubelet's own way end at the sidecar, so the sidecar goes the rest, as the
 * kubelet would: a TCP target is one that accepts, a gRPC target one that says SERVING.
 */
export class Probes {
  readonly #targets: ReadonlyMap<string, URL>;

  constructor(targets: readonly Target[]) {
    this.#targets = new Map(targets.map(({ name, url }) => [name, url]));
  }

  /** Null where no probe has this name. Never rejects. */
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
 * The kubelet takes any status for the success of a lifecycle hook and only a broken connection for a failure, so that is what it gets
 * where a hook's container was not reached.
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
