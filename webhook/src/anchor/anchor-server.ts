import express, { type Express } from 'express';
import type { Logger } from 'pino';

import type { CertificateSource } from '../certs/source.ts';
import { endMs } from '../certs/bundle.ts';
import { AdminServer, TlsServer, type ListenAddress } from '../server/tls-server.ts';
import type { AnchorMetrics } from '../telemetry/anchor-metrics.ts';
import type { Anchor } from './anchor.ts';
import { headApp } from './app.ts';
import type { Tokens } from './tokens.ts';

/** Slower than the kubelet brings a new authority to the pods, which trust it before a leaf of it is served. */
const REFRESH_MS = 5 * 60_000;
/** Sidecars wait for 10 seconds. */
const REQUEST_MS = 4_000;

export interface AnchorServerOptions {
  readonly listen: ListenAddress;
  readonly admin: ListenAddress;
  readonly anchor: Anchor;
  readonly tokens: Pick<Tokens, 'podOf'>;
  readonly certificates: CertificateSource;
  /** The name in the serving certificate that the self-call asks for. */
  readonly servername: string;
  /** What else must hold. Null: it does. */
  readonly dependencies: () => string | null;
  readonly metrics: AnchorMetrics;
  readonly log: Logger;
  readonly now: () => number;
}

/** Both listeners of the anchor, with the certificate kept fresh. Owns its sockets and its timer. */
export class AnchorServer {
  readonly #options: AnchorServerOptions;
  readonly #tls: TlsServer;
  readonly #admin: AdminServer;
  #timer: NodeJS.Timeout | null = null;
  #draining = false;

  constructor(options: AnchorServerOptions) {
    const { tokens, anchor, metrics, log, certificates } = options;
    this.#options = options;
    const app = headApp({
      tokens,
      accept: (request, pod) => anchor.accept(request, pod),
      turnedAway: (result) => metrics.heads.inc({ result }),
      onError: (error) => log.error({ err: error }, 'a head could not be kept'),
      requestMs: REQUEST_MS,
    });
    this.#tls = new TlsServer(app, certificates.pair, REQUEST_MS);
    this.#admin = new AdminServer(this.#adminApp());
  }

  /** @throws the system's error when an address cannot be had */
  async start(): Promise<{ readonly listen: ListenAddress; readonly admin: ListenAddress }> {
    const { listen, admin } = this.#options;
    const bound = { listen: await this.#tls.listen(listen), admin: await this.#admin.listen(admin) };
    this.#observe();
    this.#timer = setInterval(() => void this.refresh(), REFRESH_MS);
    return bound;
  }

  /** Takes over a newer certificate where there is one. Never throws: a broken one is logged and the good one stays. */
  async refresh(): Promise<void> {
    const { certificates, log, now } = this.#options;
    try {
      if (await certificates.refresh(now())) this.#tls.useCertificate(certificates.pair);
    } catch (error) {
      log.error({ err: error }, 'certificate not refreshed; the last good one stays');
    }
    this.#observe();
  }

  async stop(): Promise<void> {
    this.#draining = true;
    if (this.#timer !== null) clearInterval(this.#timer);
    await this.#tls.close();
    await this.#admin.close();
  }

  #observe(): void {
    const { metrics, certificates } = this.#options;
    metrics.certificateNotAfter.set({ certificate: 'serving' }, certificates.pair.notAfterMs / 1000);
    const end = endMs(certificates.ca ?? '');
    if (end !== null) metrics.certificateNotAfter.set({ certificate: 'authority' }, end / 1000);
  }

  async #readiness(): Promise<string | null> {
    const { certificates, dependencies, servername, now } = this.#options;
    if (this.#draining) return 'shutting down';
    if (certificates.pair.notAfterMs <= now()) return 'the serving certificate has expired';
    return dependencies() ?? this.#tls.selfCall(certificates.ca ?? certificates.pair.certificate, servername);
  }

  /** `/healthz`, `/readyz`, `/metrics`, and `/silent`: the pods of which nothing is heard. Nothing here changes state. */
  #adminApp(): Express {
    const { metrics, anchor } = this.#options;
    const app = express();
    app.disable('x-powered-by');
    app.get('/healthz', (_request, response) => void response.type('text/plain').send('ok\n'));
    app.get('/readyz', async (_request, response) => {
      const reason = await this.#readiness();
      response
        .status(reason === null ? 200 : 503)
        .type('text/plain')
        .send(reason === null ? 'ok\n' : `not ready: ${reason}\n`);
    });
    app.get('/metrics', async (_request, response) => {
      response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
    });
    app.get('/silent', (_request, response) => void response.json({ v: 1, pods: anchor.silent }));
    return app;
  }
}
