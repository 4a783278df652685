import { createServer as createHttpServer, type RequestListener, type Server as HttpServer } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import type { PemPair } from '../certs/authority.ts';

/** Time limit for open requests after the drain began. */
const DRAIN_MS = 10_000;

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** `127.0.0.1:8443`, `[::]:8443`, `0.0.0.0:0`. Null: not an address. */
export function parseListen(text: string): ListenAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || !(port <= 65535) ? null : { host, port };
}

/** Every address of the machine, of both families. */
const ANY = '::';
const ANY_IPV4 = '0.0.0.0';

function bindOnce(server: HttpServer | Server, { host, port }: ListenAddress): Promise<ListenAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address() as AddressInfo;
      resolve({ host: address.address, port: address.port });
    });
  });
}

/** A kernel without IPv6 has no `::`. */
async function bind(server: HttpServer | Server, address: ListenAddress): Promise<ListenAddress> {
  try {
    return await bindOnce(server, address);
  } catch (error) {
    const unsupported = error instanceof Error && 'code' in error && error.code === 'EAFNOSUPPORT';
    if (!unsupported || address.host !== ANY) throw error;
    return bindOnce(server, { ...address, host: ANY_IPV4 });
  }
}

/** Stops accepting, lets open requests finish, and cuts the rest after {@link DRAIN_MS}. */
function drain(server: HttpServer | Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** @param requestMs time limit for reading a request */
function limits(requestMs: number): {
  requestTimeout: number;
  headersTimeout: number;
  maxHeaderSize: number;
} {
  return {
    requestTimeout: requestMs,
    headersTimeout: requestMs,
    maxHeaderSize: 16 * 2 ** 10,
  };
}

/** Less than the probes of the chart wait. Under a storm of requests a handshake takes seconds, which is no fault of the certificate. */
const SELF_CALL_MS = 8000;

/** The admin listener accepts no bodies. */
const ADMIN_REQUEST_MS = 4500;

/** Owns the admission listener. */
export class TlsServer {
  readonly #server: Server;
  #bound: ListenAddress | null = null;
  #leaving = false;

  constructor(app: RequestListener, pair: PemPair, requestMs: number) {
    const options = { ...limits(requestMs), connectionsCheckingInterval: 500, keepAliveTimeout: 60_000 };
    this.#server = createServer({ ...options, ...tlsOptions(pair) }, (request, response) => {
      if (this.#leaving) response.setHeader('connection', 'close');
      app(request, response);
    });
    // A client that disconnected or does not speak TLS needs no answer.
    this.#server.on('tlsClientError', () => undefined);
  }

  /** @throws the system's error if the address cannot be bound */
  async listen(address: ListenAddress): Promise<ListenAddress> {
    this.#bound = await bind(this.#server, address);
    return this.#bound;
  }

  /** New connections get the new certificate; open ones keep theirs. */
  useCertificate(pair: PemPair): void {
    this.#server.setSecureContext(tlsOptions(pair));
  }

  /**
   * From now on every answer closes its connection. Clients that keep connections, as API servers do, would otherwise continue to call a
   * stopping process with the settings of the previous release.
   */
  endKeptConnections(): void {
    this.#leaving = true;
  }

  /** Calls its own listener over TLS and trusts only the given bundle. Null: success. */
  selfCall(ca: string, servername: string): Promise<string | null> {
    const bound = this.#bound;
    if (bound === null) return Promise.resolve('the listener is not bound');
    const host = bound.host === '0.0.0.0' ? '127.0.0.1' : bound.host === '::' ? '::1' : bound.host;
    return new Promise((resolve) => {
      const call = request(
        {
          host,
          port: bound.port,
          servername,
          ca,
          path: '/',
          method: 'GET',
          agent: false,
          timeout: SELF_CALL_MS,
        },
        (response) => {
          response.resume();
          resolve(null);
        },
      );
      call.on('timeout', () => call.destroy(new Error('timed out')));
      call.on('error', (error) => resolve(`the self-call over TLS fails: ${error.message}`));
      call.end();
    });
  }

  close(): Promise<void> {
    return drain(this.#server);
  }
}

function tlsOptions({ certificate, key }: PemPair): { cert: string; key: string; minVersion: 'TLSv1.2' } {
  return {
    cert: certificate,
    key,
    minVersion: 'TLSv1.2',
  };
}

/** Owns the admin listener, plain HTTP. */
export class AdminServer {
  readonly #server: HttpServer;

  constructor(app: RequestListener) {
    this.#server = createHttpServer(limits(ADMIN_REQUEST_MS), app);
  }

  /** @throws the system's error if the address cannot be bound */
  listen(address: ListenAddress): Promise<ListenAddress> {
    return bind(this.#server, address);
  }

  close(): Promise<void> {
    return drain(this.#server);
  }
}
