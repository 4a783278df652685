import { readFile } from 'node:fs/promises';
import type { LookupFunction } from 'node:net';
import { isNativeError } from 'node:util/types';

import { Agent } from 'undici';

import { replyBytes } from '../ship/reply-bytes.ts';

export interface AnchorConnectionOptions {
  /** `https://HOST[:PORT]` of the anchor. */
  readonly url: string;
  /** PEM; read again for every request, because CA certificates are renewed. */
  readonly caFile: string;
  /** A token of the pod for the anchor's audience; read again for every request, because the kubelet renews it. */
  readonly tokenFile: string;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
}

/** What became of a request. `reason` is for the log. */
export type AnchorReply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'connection' | 'credentials'; readonly reason: string };

const REPLY_BYTES = 16 * 1024;
const CONNECT_MS = 10_000;

/** Requests of one sidecar to the anchor, over one connection. Owns it. */
export class AnchorConnection {
  readonly #options: AnchorConnectionOptions;
  #agent: { readonly ca: string; readonly agent: Agent } | null = null;

  constructor(options: AnchorConnectionOptions) {
    this.#options = options;
  }

  /** Sends `body` as JSON. Never rejects. @param timeoutMs until the whole answer is there */
  async post(path: string, body: object, timeoutMs: number): Promise<AnchorReply> {
    const { tokenFile, caFile, url } = this.#options;
    let token: string;
    let agent: Agent;
    try {
      token = (await readFile(tokenFile, 'utf8')).trim();
      agent = this.#agentFor(await readFile(caFile, 'utf8'));
    } catch (fault) {
      const reason = `the token or the CA certificate for the anchor cannot be read: ${codeOf(fault)}`;
      return { kind: 'credentials', reason };
    }
    try {
      const reply = await agent.request({
        origin: url,
        path,
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
      });
      return {
        kind: 'answered',
        status: reply.statusCode,
        body: jsonOf(await replyBytes(reply.body, REPLY_BYTES)),
      };
    } catch (fault) {
      return { kind: 'connection', reason: codeOf(fault) };
    }
  }

  async close(): Promise<void> {
    await this.#agent?.agent.destroy();
  }

  #agentFor(ca: string): Agent {
    if (this.#agent?.ca === ca) return this.#agent.agent;
    void this.#agent?.agent.destroy();
    const { lookup } = this.#options;
    const agent = new Agent({
      connections: 1,
      pipelining: 1,
      connectTimeout: CONNECT_MS,
      keepAliveTimeout: 30_000,
      connect: { ca, ...(lookup === null ? {} : { lookup }) },
    });
    this.#agent = { ca, agent };
    return agent;
  }
}

/** The `error` of an answer, for the log: the anchor is not trusted to write into it. */
export function errorIn(body: Readonly<Record<string, unknown>>): string {
  const error = body['error'];
  return typeof error === 'string' ? error.slice(0, 64).replace(/[^a-z_]/g, '?') : '';
}

/** Empty if it is not an object, or too large. */
function jsonOf(bytes: Buffer | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes?.toString('utf8') ?? '');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function codeOf(fault: unknown): string {
  if (!isNativeError(fault)) return 'no answer in time';
  return 'code' in fault && typeof fault.code === 'string' ? fault.code : fault.name;
}
