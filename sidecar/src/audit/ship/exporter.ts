import type { LookupFunction } from 'node:net';
import type { SecureContext } from 'node:tls';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { Agent, type Dispatcher } from 'undici';

import type { Credentials } from './credentials.ts';
import { readReply } from './otlp-reply.ts';
import { mediaType } from './otlp-request.ts';
import { replyBytes } from './reply-bytes.ts';
import type { OtlpSink } from './sink.ts';
import type { SpooledBody, SpooledLine } from './spooled-line.ts';
import { waitIn } from './retry-after.ts';

/** Result of an export, as metrics count it. */
export type ExportResult =
  | 'delivered'
  /** 2xx, with some records rejected. */
  | 'rejected'
  /** 4xx except 429. */
  | 'refused'
  /** 429 and 5xx. */
  | 'unavailable'
  | 'timeout'
  | 'connection'
  | 'tls'
  /** A redirect, or a body that is not an OTLP reply. */
  | 'reply';

export interface ExportOutcome {
  readonly result: ExportResult;
  /** For the log, without credentials or lines. Empty if delivered. */
  readonly reason: string;
  /** Delay that the receiver requests. Null: none. */
  readonly retryAfterMs: number | null;
  /** A smaller batch may succeed. */
  readonly divide: boolean;
}

export interface ExporterOptions<Item = SpooledLine | SpooledBody> {
  readonly sink: Pick<OtlpSink, 'endpoint' | 'encoding' | 'compression'>;
  /** One request with all of the items. */
  readonly encode: (items: readonly Item[]) => Uint8Array;
  readonly credentials: Credentials;
  /** Default trust, if the credentials have no CA. */
  readonly trust: SecureContext;
  readonly timeoutMs: number;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
}

const REPLY_BYTES = 64 * 1024;
const REASON_CHARS = 200;

const compress = promisify(gzip);

/** Sends batches to one endpoint, one at a time, and returns the result of each. Follows no redirect and no proxy of the environment. */
export class Exporter<Item = SpooledLine | SpooledBody> {
  readonly #options: ExporterOptions<Item>;
  readonly #agent: Agent;
  readonly #url: URL;

  constructor(options: ExporterOptions<Item>) {
    this.#options = options;
    this.#url = new URL(options.sink.endpoint);
    const { ca, certificate, key } = options.credentials;
    this.#agent = new Agent({
      connections: 1,
      pipelining: 1,
      connectTimeout: options.timeoutMs,
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
      connect: {
        ...(ca === null && certificate === null ? { secureContext: options.trust } : {}),
        ...(ca === null ? {} : { ca }),
        ...(certificate === null || key === null ? {} : { cert: certificate, key }),
        ...(options.lookup === null ? {} : { lookup: options.lookup }),
      },
    });
  }

  /** Never rejects. `signal` aborts it, as a timeout. */
  async send(items: readonly Item[], signal: AbortSignal): Promise<ExportOutcome> {
    try {
      const body = await this.#body(items);
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(this.#options.timeoutMs)]);
      const reply = await this.#agent.request({
        origin: this.#url.origin,
        path: this.#url.pathname + this.#url.search,
        method: 'POST',
        headers: this.#headers(),
        body,
        signal: deadline,
      });
      return await this.#judge(reply);
    } catch (fault) {
      return failed(fault);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #body(items: readonly Item[]): Promise<Uint8Array> {
    const request = this.#options.encode(items);
    return this.#options.sink.compression === 'gzip' ? compress(request) : request;
  }

  #headers(): Record<string, string> {
    const { sink, credentials } = this.#options;
    return {
      ...credentials.headers,
      'content-type': mediaType(sink.encoding),
      'user-agent': 'llm-boundary-sidecar',
      ...(sink.compression === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
    };
  }

  async #judge({ statusCode, headers, body }: Dispatcher.ResponseData): Promise<ExportOutcome> {
    const content = await replyBytes(body, REPLY_BYTES);
    if (statusCode >= 200 && statusCode < 300) return this.#delivered(headers['content-type'], content);
    const reason = `HTTP ${statusCode}`;
    if (statusCode === 429 || statusCode >= 500)
      return outcome('unavailable', reason, { retryAfterMs: waitIn(headers['retry-after'], Date.now()) });
    if (statusCode >= 400)
      return outcome('refused', reason, { divide: statusCode === 400 || statusCode === 413 });
    return outcome('reply', `${reason}: redirects are not followed`);
  }

  #delivered(contentType: string | string[] | undefined, content: Buffer | null): ExportOutcome {
    const verdict =
      content === null ? null : readReply(this.#options.sink.encoding, String(contentType ?? ''), content);
    if (verdict === null) return outcome('reply', 'the reply is not an OTLP reply');
    if (verdict.rejected === 0) return outcome('delivered', '');
    const reason = `${verdict.rejected} records were rejected: ${verdict.message.slice(0, REASON_CHARS)}`;
    return outcome('rejected', reason, { divide: true });
  }
}

function outcome(
  result: ExportResult,
  reason: string,
  more: Partial<Pick<ExportOutcome, 'retryAfterMs' | 'divide'>> = {},
): ExportOutcome {
  return { result, reason, retryAfterMs: null, divide: false, ...more };
}

const TIMEOUTS: ReadonlySet<string> = new Set([
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_ABORTED',
]);

function failed(fault: unknown): ExportOutcome {
  const code = memberOf(fault, 'code');
  const name = memberOf(fault, 'name');
  const reason = code === '' ? name : code;
  if (name === 'TimeoutError' || name === 'AbortError' || TIMEOUTS.has(code))
    return outcome('timeout', 'no answer in time');
  const isTls = /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_)/.test(code);
  return outcome(isTls ? 'tls' : 'connection', reason);
}

/** Empty unless it is a text: a DOMException has a number for a code. */
function memberOf(fault: unknown, name: 'code' | 'name'): string {
  const value: unknown = typeof fault === 'object' && fault !== null ? Reflect.get(fault, name) : null;
  return typeof value === 'string' ? value : '';
}
