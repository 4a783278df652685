import type { IncomingMessage } from 'node:http';
import { request, type RequestOptions } from 'node:https';
import { createInterface } from 'node:readline';

import type { KubeConfig } from '@kubernetes/client-node';

const TIMEOUT_MS = 10_000;
const MAX_REPLY_BYTES = 256 * 2 ** 20;

/** An error response of the API server. */
export class KubeError extends Error {
  override readonly name = 'KubeError';
  /** HTTP status; 0 without a response. */
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof KubeError && error.status === status;
}

type ContentType =
  | 'application/json'
  | 'application/apply-patch+yaml'
  | 'application/json-patch+json'
  | 'application/merge-patch+json';

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query: `/api/v1/namespaces`. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: ContentType;
  /** Media type of the answer, which must be JSON. Default: `application/json`. */
  readonly accept?: string;
}

/** The API server's error message, without objects. */
function reason(status: number, text: string): string {
  try {
    const parsed = JSON.parse(text) as { message?: unknown };
    if (typeof parsed.message === 'string') return `${status}: ${parsed.message.slice(0, 500)}`;
  } catch {
    // Not a Status object.
  }
  return String(status);
}

/** Plain JSON to and from the API server. Objects arrive unchanged, without the client's model classes, which drop unknown fields. */
export class Rest {
  readonly #config: KubeConfig;
  readonly #base: URL;

  /** @throws KubeError if the configuration names no cluster */
  constructor(config: KubeConfig) {
    const server = config.getCurrentCluster()?.server;
    if (server === undefined) throw new KubeError(0, 'the configuration names no cluster');
    this.#config = config;
    this.#base = new URL(server);
  }

  /** @throws KubeError */
  async send({ method, path, body, contentType, accept }: RestRequest): Promise<unknown> {
    const options = await this.#options(method, path);
    options.timeout = TIMEOUT_MS;
    const added = {
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      ...(accept === undefined ? {} : { accept }),
    };
    options.headers = Object.assign({}, options.headers, added);
    const { status, text } = await exchange(options, body === undefined ? '' : JSON.stringify(body));
    if (status < 200 || status > 299)
      throw new KubeError(status, `${method} ${path}: ${reason(status, text)}`);
    return JSON.parse(text) as unknown;
  }

  /**
   * Reads a watch until the server or the signal ends it. @param onEvent called with each event, in order @throws KubeError, and errors of
   * `onEvent`
   */
  async watch(path: string, onEvent: (event: unknown) => void, signal: AbortSignal): Promise<void> {
    const options = await this.#options('GET', path);
    const response = await opened({ ...options, signal });
    if (response.statusCode !== 200) {
      response.destroy();
      throw new KubeError(response.statusCode ?? 0, `GET ${path}: ${response.statusCode ?? 0}`);
    }
    try {
      for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
        onEvent(JSON.parse(line));
      }
    } finally {
      response.destroy();
    }
  }

  async #options(method: string, path: string): Promise<RequestOptions> {
    const options: RequestOptions = {
      method,
      host: this.#base.hostname.replace(/^\[|\]$/g, ''),
      port: this.#base.port === '' ? 443 : Number(this.#base.port),
      path: `${this.#base.pathname.replace(/\/$/, '')}${path}`,
      headers: { accept: 'application/json' },
    };
    await this.#config.applyToHTTPSOptions(options);
    return options;
  }
}

function opened(options: RequestOptions): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const sent = request(options, resolve);
    sent.on('error', (error) => reject(new KubeError(0, error.message, { cause: error })));
    sent.end();
  });
}

function exchange(options: RequestOptions, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void =>
      reject(
        new KubeError(
          0,
          `https://${String(options.host)}:${String(options.port)}${options.path ?? ''}: ${error.message}`,
          { cause: error },
        ),
      );
    const sent = request(options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_REPLY_BYTES) response.destroy(new Error('the reply is too large'));
        chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error('timed out')));
    sent.on('error', fail);
    sent.end(body);
  });
}
