import { request } from 'node:http';

import { PORTS } from '../inject/index.ts';
import type { SeenPod } from './source.ts';

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 8 * 2 ** 20;
/** A token is good for ten minutes; a new one is asked for before that. */
const TOKEN_MS = 5 * 60_000;
const MAX_TOKENS = 10_000;

/** An answer of a sidecar that is none. `status`: 0 without one. */
class SidecarError extends Error {
  override readonly name = 'SidecarError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const REASONS: Readonly<Record<number, string>> = {
  401: 'its sidecar does not accept the token of the console: its policy may be older than the console',
  404: 'its sidecar keeps no exchanges: it is older than the console, or the policy beside it does not name the console yet',
};

/** Audience of the tokens with which one pod is asked. */
function audienceOf({ uid }: Pick<SeenPod, 'uid'>): string {
  return `llm-boundary-console/${uid}`;
}

/** Asks sidecars at the addresses of their pods. */
export class SidecarClient {
  readonly #tokenFor: (audience: string) => Promise<string>;
  readonly #now: () => number;
  readonly #tokens = new Map<string, { readonly token: Promise<string>; readonly untilMs: number }>();

  /** @param tokenFor a token of the console for one audience */
  constructor(tokenFor: (audience: string) => Promise<string>, now: () => number) {
    this.#tokenFor = tokenFor;
    this.#now = now;
  }

  /** `/conditions`. @throws SidecarError */
  conditions(pod: SeenPod): Promise<unknown> {
    return get(pod, '/conditions', null);
  }

  /** `/exchanges`. @throws SidecarError, and what the API server says where there is no token */
  async exchanges(pod: SeenPod, query: string): Promise<unknown> {
    return get(pod, `/exchanges${query}`, await this.#token(audienceOf(pod)));
  }

  #token(audience: string): Promise<string> {
    const known = this.#tokens.get(audience);
    if (known !== undefined && this.#now() < known.untilMs) return known.token;
    if (this.#tokens.size >= MAX_TOKENS) this.#tokens.clear();
    const token = this.#tokenFor(audience);
    this.#tokens.set(audience, { token, untilMs: this.#now() + TOKEN_MS });
    token.catch(() => this.#tokens.delete(audience));
    return token;
  }
}

function get({ ip }: SeenPod, path: string, token: string | null): Promise<unknown> {
  if (ip === null) return Promise.reject(new SidecarError(0, 'its pod has no address yet'));
  return new Promise((resolve, reject) => {
    const fail = (status: number, message: string): void => reject(new SidecarError(status, message));
    const settle = (text: string): void => {
      try {
        resolve(JSON.parse(text));
      } catch {
        fail(200, 'the answer of its sidecar is not JSON');
      }
    };
    const sent = request(
      {
        ...{ host: ip, port: PORTS.admin, path, agent: false, timeout: TIMEOUT_MS },
        headers: token === null ? {} : { authorization: `Bearer ${token}` },
      },
      (response) => {
        const status = response.statusCode ?? 0;
        const chunks: Buffer[] = [];
        let size = 0;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > MAX_BYTES) response.destroy(new Error('its answer is too large'));
          chunks.push(chunk);
        });
        response.on('error', (error) => fail(status, `its sidecar did not answer: ${error.message}`));
        response.on('end', () => {
          if (status === 200) settle(Buffer.concat(chunks).toString('utf8'));
          else fail(status, REASONS[status] ?? `its sidecar answered ${status}`);
        });
      },
    );
    sent.on('timeout', () => sent.destroy(new Error('timed out; a NetworkPolicy may keep the console out')));
    sent.on('error', (error) => fail(0, `its sidecar did not answer: ${error.message}`));
    sent.end();
  });
}
