import { adminApp } from '../server/app.ts';
import { ServingCertificate, type ServingCertificateOptions } from '../server/serving-certificate.ts';
import { AdminServer, TlsServer, type ListenAddress } from '../server/tls-server.ts';
import type { AnchorMetrics } from '../telemetry/anchor-metrics.ts';
import type { Anchor } from './anchor.ts';
import { headApp } from './app.ts';
import type { NoticeDesk } from './notice-desk.ts';
import type { Tokens } from './tokens.ts';

/** Slower than the kubelet's distribution of a new CA to the pods, which therefore trust it before a leaf of it is served. */
const REFRESH_MS = 5 * 60_000;
/** Sidecars time out after 10 seconds. */
const REQUEST_MS = 4_000;

export interface AnchorServerOptions extends ServingCertificateOptions {
  readonly listen: ListenAddress;
  readonly admin: ListenAddress;
  readonly anchor: Anchor;
  readonly notices: Pick<NoticeDesk, 'take'>;
  readonly tokens: Pick<Tokens, 'podOf'>;
  readonly metrics: AnchorMetrics;
}

/** Both listeners of the anchor, with the certificate renewed. Owns its sockets. */
export class AnchorServer {
  readonly #options: AnchorServerOptions;
  readonly #tls: TlsServer;
  readonly #admin: AdminServer;
  readonly #certificate: ServingCertificate;
  #draining = false;

  constructor(options: AnchorServerOptions) {
    const { tokens, anchor, notices, metrics, log, certificates } = options;
    this.#options = options;
    const app = headApp({
      tokens,
      accept: (request, pod) => anchor.accept(request, pod),
      report: (request, pod) => notices.take(request, pod),
      reported: (result) => metrics.reports.inc({ result }),
      turnedAway: (result) => metrics.heads.inc({ result }),
      onError: (error) => log.error({ err: error }, 'log head not stored'),
      requestMs: REQUEST_MS,
    });
    this.#tls = new TlsServer(app, certificates.pair, REQUEST_MS);
    this.#certificate = new ServingCertificate(this.#tls, options);
    const admin = adminApp(metrics, async () =>
      this.#draining ? 'shutting down' : this.#certificate.missing(),
    );
    // The silent pods.
    admin.get('/silent', (_request, response) => void response.json({ v: 1, pods: anchor.silent }));
    this.#admin = new AdminServer(admin);
  }

  /** @throws the system's error if an address cannot be bound */
  async start(): Promise<{ readonly listen: ListenAddress; readonly admin: ListenAddress }> {
    const { listen, admin } = this.#options;
    const bound = { listen: await this.#tls.listen(listen), admin: await this.#admin.listen(admin) };
    this.#certificate.start(REFRESH_MS);
    return bound;
  }

  async stop(): Promise<void> {
    this.#draining = true;
    this.#certificate.stop();
    await this.#tls.close();
    await this.#admin.close();
  }
}
