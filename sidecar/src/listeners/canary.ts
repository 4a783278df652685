import { randomBytes } from 'node:crypto';
import { request } from 'node:http';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Retry interval for an address that has not answered. */
const RETRY_MS = 500;

/**
 * Proves that redirect is in force: no server listens at a canary's address, so that a request there arrives at our own admin listener only
 * if it is redirected. The token is random, so that no other process can answer for the rules.
 */
export class Canaries {
  readonly #token = randomBytes(16).toString('hex');
  readonly #missing: Map<string, Address>;

  constructor(addresses: readonly Address[]) {
    this.#missing = new Map(addresses.map((address) => [`${address.host}:${address.port}`, address]));
  }

  /** Unproven addresses, for readiness. */
  missing(): readonly string[] {
    return [...this.#missing.keys()].map(
      (address) => `redirect is not in force: a connection to ${address} did not arrive here`,
    );
  }

  /** Tries all unproven addresses, repeatedly until they are proven. Resolves once each was tried. */
  async send(): Promise<void> {
    const tries = [...this.#missing].map(([name, address]) => this.#try(name, address));
    if (tries.length > 0) setTimeout(() => void this.send(), RETRY_MS).unref();
    await Promise.all(tries);
  }

  #try(name: string, { host, port }: Address): Promise<void> {
    return new Promise((resolve) => {
      const ask = request(
        { host, port, path: `/canary/${this.#token}`, timeout: RETRY_MS, agent: false },
        (response) => {
          response.resume();
          if (response.statusCode === 200) this.#missing.delete(name);
        },
      );
      ask.on('timeout', () => ask.destroy());
      ask.on('error', () => undefined);
      ask.on('close', resolve);
      ask.end();
    });
  }

  /** True for our own token: the admin listener then answers 200. */
  arrived(token: string): boolean {
    return token === this.#token;
  }
}
