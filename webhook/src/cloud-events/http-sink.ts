import { readFile } from 'node:fs/promises';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

import { waitIn } from '@llm-boundary/sidecar/audit/fleet';

import type { CloudEvent } from './cloud-event.ts';
import { parseSigningKey, signatureHeaders } from './signature.ts';

/** What became of an attempt. `again`: it may be tried again. `reason`: for the log, without what the receiver wrote. */
export interface Attempt {
  readonly result: 'delivered' | 'again' | 'refused';
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

const TIMEOUT_MS = 10_000;
/** Of Standard Webhooks and RFC 9110: what may pass. */
const AGAIN: ReadonlySet<number> = new Set([408, 425, 429]);

/** Files of the folder; read again for every attempt, since Secrets are rotated. */
const FILES = { key: 'signing-key', previous: 'previous-signing-key', ca: 'ca.crt' } as const;

/** POSTs signed CloudEvents to one URL. */
export class HttpSink {
  readonly #url: URL;
  readonly #dir: string;
  readonly #now: () => number;

  /** @param dir with `signing-key`, and maybe `previous-signing-key` and `ca.crt` @param now Unix time in milliseconds */
  constructor(url: URL, dir: string, now: () => number) {
    this.#url = url;
    this.#dir = dir;
    this.#now = now;
  }

  /** What is wrong with the folder; null: nothing. Never has a part of a key. */
  async fault(): Promise<string | null> {
    const keys = await this.#keys();
    return typeof keys === 'string' ? keys : null;
  }

  /** Never rejects. */
  async send(event: CloudEvent): Promise<Attempt> {
    const keys = await this.#keys();
    if (typeof keys === 'string') return { result: 'again', reason: keys, retryAfterMs: null };
    const ca = await readFile(join(this.#dir, FILES.ca)).catch(() => null);
    const body = JSON.stringify(event);
    const headers = {
      ...signatureHeaders(keys, event.id, Math.floor(this.#now() / 1_000), body),
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'llm-boundary',
    };
    try {
      return this.#judge(await post(this.#url, headers, body, ca));
    } catch (error) {
      return { result: 'again', reason: codeOf(error), retryAfterMs: null };
    }
  }

  #judge({ status, retryAfter }: Answer): Attempt {
    const reason = `HTTP ${status}`;
    if (status >= 200 && status < 300) return { result: 'delivered', reason: '', retryAfterMs: null };
    if (!AGAIN.has(status) && status < 500) return { result: 'refused', reason, retryAfterMs: null };
    return { result: 'again', reason, retryAfterMs: waitIn(retryAfter, this.#now()) };
  }

  /** The newest key first; a text says why there is none. */
  async #keys(): Promise<readonly Buffer[] | string> {
    const [text, before] = await Promise.all(
      [FILES.key, FILES.previous].map((name) =>
        readFile(join(this.#dir, name), 'utf8').catch((error: unknown) => {
          if (isNativeError(error) && 'code' in error && error.code === 'ENOENT') return null;
          throw error;
        }),
      ),
    ).catch(() => [null, null]);
    if (text === null || text === undefined) return `${FILES.key} cannot be read`;
    const key = parseSigningKey(text);
    if (key === null) return `${FILES.key} is not whsec_ and base64 of 24 to 64 bytes`;
    const previous = before === null || before === undefined ? null : parseSigningKey(before);
    if (before !== null && previous === null)
      return `${FILES.previous} is not whsec_ and base64 of 24 to 64 bytes`;
    return previous === null ? [key] : [key, previous];
  }
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

/** Reads no body: nothing in it is wanted. */
function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  ca: Buffer | null,
): Promise<Answer> {
  const send = url.protocol === 'https:' ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const sent = send(
      url,
      { method: 'POST', headers, agent: false, ...(ca === null ? {} : { ca }) },
      (response) => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
        response.destroy();
      },
    );
    const timer = setTimeout(() => sent.destroy(new Error('no answer in time')), TIMEOUT_MS);
    sent.on('close', () => clearTimeout(timer));
    sent.on('error', reject);
    sent.end(body);
  });
}

function codeOf(error: unknown): string {
  if (!isNativeError(error)) return 'no answer';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 64);
}
