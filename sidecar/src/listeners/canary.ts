import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** How often an address that did not answer is tried again. */
const RETRY_MS = 500;

/**
 * Proves that the rules of redirect are in force: nothing listens at a canary's address, so a request there can arrive at our own admin
 * listener only by being redirected. The token is fresh, so that no other process can vouch for the rules.
 */
export class Canaries {
  readonly #token = randomBytes(16).toString('hex');
  readonly #missing: Map<string, Address>;

  constructor(addresses: readonly Address[]) {
    this.#missing = new Map(addresses.map((address) => [`${address.host}:${address.port}`, address]));
  }

  /** What is not proven yet, for readiness. */
  missing(): readonly string[] {
    return [...this.#missing.keys()].map(
      (address) => `redirect is not in force: a connection to ${address} did not arrive here`,
    );
  }

  /** Tries all that are not proven, now and until they are. */
  send(): void {
    for (const [name, { host, port }] of this.#missing) {
      const ask = request(
        { host, port, path: `/canary/${this.#token}`, timeout: RETRY_MS, agent: false },
        (response) => {
          response.resume();
          if (response.statusCode === 200) this.#missing.delete(name);
        },
      );
      ask.on('timeout', () => ask.destroy());
      ask.on('error', () => undefined);
      ask.end();
    }
    if (this.#missing.size > 0) setTimeout(() => this.send(), RETRY_MS).unref();
  }

  /** True for our own token: the admin listener then answers 200. */
  arrived(token: string): boolean {
    return token === this.#token;
  }
}
