import type { Logger } from 'pino';

import { endMs } from '../certs/bundle.ts';
import type { CertificateSource } from '../certs/source.ts';
import { adminApp, admissionApp, type Readiness, type Webhook } from './app.ts';
import { budgetMs } from './deadline.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';
import { AdminServer, TlsServer, type ListenAddress } from './tls-server.ts';

const REFRESH_MS = 10_000;

export interface ServerOptions {
  readonly listen: ListenAddress;
  readonly admin: ListenAddress;
  readonly webhooks: Readonly<Record<string, Webhook>>;
  readonly certificates: CertificateSource;
  /** `timeoutSeconds` of the webhook configurations. */
  readonly timeoutSeconds: number;
  /** The name in the serving certificate that the self-call asks for. */
  readonly servername: string;
  /** What else must hold: caches synced, policies loaded. Null: it does. */
  readonly dependencies: () => string | null;
  readonly metrics: WebhookMetrics;
  readonly log: Logger;
  readonly now: () => number;
  /** How long new connections are still taken after the drain began, until none arrive any more. */
  readonly lingerMs: number;
}

/** Both listeners, with the certificate kept fresh. Owns its sockets and its timer. */
export class WebhookServer {
  readonly #options: ServerOptions;
  readonly #tls: TlsServer;
  readonly #admin: AdminServer;
  #timer: NodeJS.Timeout | null = null;
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
    this.#admin = new AdminServer(adminApp(metrics, this.#readiness));
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
      if (await certificates.refresh(now())) {
        this.#tls.useCertificate(certificates.pair);
        log.info({ notAfter: new Date(certificates.pair.notAfterMs) }, 'serving certificate changed');
      }
    } catch (error) {
      log.error({ err: error }, 'certificate not refreshed; the last good one stays');
    }
    this.#observe();
  }

  /** Not ready at once, after the linger time no new connections, then the rest of the open requests. */
  async stop(): Promise<void> {
    this.#draining = true;
    await new Promise((resolve) => setTimeout(resolve, this.#options.lingerMs));
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

  readonly #readiness: Readiness = async () => {
    const { certificates, dependencies, servername, now } = this.#options;
    if (this.#draining) return 'shutting down';
    if (certificates.pair.notAfterMs <= now()) return 'the serving certificate has expired';
    const missing = dependencies();
    if (missing !== null) return missing;
    return this.#tls.selfCall(certificates.ca ?? certificates.pair.certificate, servername);
  };
}
