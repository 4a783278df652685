import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { CompiledIssuer } from '../policy/compile/compiled-callers.ts';
import { verifyToken } from './jwt.ts';
import type { KeySource } from './key-source.ts';
import { keySource } from './testing/key-source.ts';
import { ISSUER, KEYS, NOW, PUBLIC_EC, PUBLIC_OTHER, token } from './testing/tokens.ts';

const MINUTE = 60_000;

/** An issuer that serves its keys on loopback. */
class Idp implements AsyncDisposable {
  readonly #server = createServer((request, response) => {
    this.asked += 1;
    this.answer(request, response);
  });
  asked = 0;
  keys: readonly object[] = [{ ...PUBLIC_EC, kid: 'one' }];
  answer = (_: IncomingMessage, response: ServerResponse): void =>
    void response.end(JSON.stringify({ keys: this.keys }));
  readonly faults: string[] = [];
  nowMs = NOW * 1000;
  readonly source: KeySource = keySource(
    () => this.nowMs,
    (_url, reason) => void this.faults.push(reason),
  );

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** The subject of a token that verifies, or why it does not. */
  async verify(kid: string, key = KEYS.ec): Promise<string> {
    const { port } = this.#server.address() as AddressInfo;
    const issuer: CompiledIssuer = {
      via: 'jwt',
      issuer: ISSUER,
      audience: ['bot'],
      keys: { kind: 'fetched', url: `http://127.0.0.1:${port}/keys` },
      algorithms: ['ES256'],
      subjectClaim: ['sub'],
      groupsClaim: null,
      header: 'authorization',
      forward: false,
    };
    const verified = await verifyToken(token({ header: { kid }, key }), issuer, {
      nowMs: NOW * 1000,
      keySource: this.source,
      address: '',
    });
    return typeof verified === 'string' ? verified : verified.subject;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.source.close();
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function withIdp(run: (idp: Idp) => Promise<void>): Promise<void> {
  const idp = await new Idp().start();
  try {
    await run(idp);
  } finally {
    await idp[Symbol.asyncDispose]();
  }
}

describe('keys that an issuer serves', () => {
  it.each<readonly [string, Idp['answer'], string]>([
    ['another status', (_, response) => void response.writeHead(500).end(), 'HTTP 500, expected 200'],
    [
      'a redirect',
      (_, response) => void response.writeHead(302, { location: 'https://example.com/' }).end(),
      'HTTP 302, expected 200',
    ],
    ['a connection that breaks', (request) => void request.socket.destroy(), 'other side closed'],
    [
      'more than 256 KiB',
      (_, response) => void response.end(JSON.stringify({ keys: [], pad: 'x'.repeat(300 * 1024) })),
      'Response content exceeded max size',
    ],
    ['what is no JSON', (_, response) => void response.end('<html>'), ''],
    ['what is no JWK Set', (_, response) => void response.end('{"keys":[1]}'), ''],
  ])('are not those in %s', (_, answer, fault) =>
    withIdp(async (idp) => {
      idp.answer = answer;
      expect(await idp.verify('one')).toBe('keys_unavailable');
      expect(idp.faults.join()).toContain(fault);
    }),
  );

  it('are not asked for again at once after a fault, whatever callers send', () =>
    withIdp(async (idp) => {
      idp.answer = (_, response) => void response.writeHead(503).end();
      expect(await idp.verify('one')).toBe('keys_unavailable');
      expect(await idp.verify('two')).toBe('keys_unavailable');
      expect([idp.asked, idp.faults.length]).toEqual([1, 1]);
    }));

  it('are asked for once, not for each token nor for each key id that callers invent', () =>
    withIdp(async (idp) => {
      expect(await Promise.all([idp.verify('one'), idp.verify('one')])).toEqual(['ann', 'ann']);
      expect(await idp.verify('invented')).toBe('key');
      expect(await idp.verify('one', KEYS.other)).toBe('signature');
      expect(idp.asked).toBe(1);
    }));

  it('are renewed beside a request after five minutes, and the last ones serve it', () =>
    withIdp(async (idp) => {
      expect(await idp.verify('one')).toBe('ann');
      idp.keys = [{ ...PUBLIC_OTHER, kid: 'two' }];
      idp.nowMs += 6 * MINUTE;
      expect(await idp.verify('one')).toBe('ann');
      while ((await idp.verify('two', KEYS.other)) !== 'ann') await new Promise(setImmediate);
      expect(await idp.verify('one')).toBe('key');
      expect(idp.asked).toBe(2);
    }));

  it('stay for a while if they cannot be renewed', () =>
    withIdp(async (idp) => {
      expect(await idp.verify('one')).toBe('ann');
      idp.answer = (_, response) => void response.writeHead(503).end();
      idp.nowMs += 6 * MINUTE;
      expect(await idp.verify('one')).toBe('ann');
      while (idp.faults.length === 0) await new Promise(setImmediate);
      expect(await idp.verify('one')).toBe('ann');
    }));
});
