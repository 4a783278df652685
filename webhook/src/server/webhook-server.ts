import { adminApp, admissionApp, type Readiness, type Webhook } from './app.ts';
import { budgetMs } from './deadline.ts';
import { ServingCertificate, type ServingCertificateOptions } from './serving-certificate.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';
import { AdminServer, TlsServer, type ListenAddress } from './tls-server.ts';

const REFRESH_MS = 10_000;

export interface ServerOptions extends ServingCertificateOptions {
  readonly listen: ListenAddress;
  readonly admin: ListenAddress;
  readonly webhooks: Readonly<Record<string, Webhook>>;
  /** `timeoutSeconds` of the webhook configurations. */
  readonly timeoutSeconds: number;
  readonly metrics: WebhookMetrics;
  /** How long new connections are accepted after the drain began, at most. */
  readonly lingerMs: number;
}

/** Both listeners, with the certificate renewed. Owns its sockets. */
export class WebhookServer {
  readonly #options: ServerOptions;
  readonly #tls: TlsServer;
  readonly #admin: AdminServer;
  readonly #certificate: ServingCertificate;
  #draining = false;

  constructor(options: ServerOptions) {
    const { webhooks, metrics, certificates, log, timeoutSeconds } = options;
    const requestMs = budgetMs(timeoutSeconds);
    this.#options = options;
    const onError = (error: unknown): void => log.error({ err: error }, 'request failed');
    this.#tls = new TlsServer(
      admissionApp({ webhooks, metrics, requestMs, onError }),
      certificates.pair,
      requestMs,
    );
    this.#certificate = new ServingCertificate(this.#tls, options);
    this.#admin = new AdminServer(adminApp(metrics, this.#readiness));
  }

  /** @throws the system's error if an address cannot be bound */
  async start(): Promise<{ readonly listen: ListenAddress; readonly admin: ListenAddress }> {
    const { listen, admin } = this.#options;
    const bound = { listen: await this.#tls.listen(listen), admin: await this.#admin.listen(admin) };
    this.#certificate.start(REFRESH_MS);
    return bound;
  }

  refresh(): Promise<void> {
    return this.#certificate.refresh();
  }

  /**
   * Unready at once, and every answer closes its connection; after the linger time no new connections, then the rest of the open requests.
   */
  async stop(): Promise<void> {
    this.#draining = true;
    this.#tls.endKeptConnections();
    await new Promise((resolve) => setTimeout(resolve, this.#options.lingerMs));
    this.#certificate.stop();
    await this.#tls.close();
    await this.#admin.close();
  }

  readonly #readiness: Readiness = async () =>
    this.#draining ? 'shutting down' : this.#certificate.missing();
}
