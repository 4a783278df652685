import type { Logger } from 'pino';
import type { Gauge } from 'prom-client';

import { endMs } from '../certs/bundle.ts';
import type { CertificateSource } from '../certs/source.ts';
import type { TlsServer } from './tls-server.ts';

export interface ServingCertificateOptions {
  readonly certificates: CertificateSource;
  /** The server name of the self-call. */
  readonly servername: string;
  /** Other conditions: caches synced, policies loaded, a writable log. Null: all met. */
  readonly dependencies: () => string | null;
  readonly metrics: { readonly certificateNotAfter: Gauge<'certificate'> };
  readonly log: Logger;
  readonly now: () => number;
}

/** Renews the certificate of a TLS listener, and checks whether clients trust it. Owns its timer. */
export class ServingCertificate {
  readonly #options: ServingCertificateOptions;
  readonly #tls: TlsServer;
  #timer: NodeJS.Timeout | null = null;
  /** The pair and bundle of the last successful self-call. */
  #proven: { readonly certificate: string; readonly ca: string } | null = null;

  constructor(tls: TlsServer, options: ServingCertificateOptions) {
    this.#tls = tls;
    this.#options = options;
  }

  start(everyMs: number): void {
    this.#observe();
    this.#timer = setInterval(() => void this.refresh(), everyMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  /** Loads a newer certificate if there is one. Never throws: an invalid one is logged and the valid one stays. */
  async refresh(): Promise<void> {
    const { certificates, log, now } = this.#options;
    try {
      if (await certificates.refresh(now())) {
        this.#tls.useCertificate(certificates.pair);
        log.info({ notAfter: new Date(certificates.pair.notAfterMs) }, 'serving certificate changed');
      }
    } catch (error) {
      log.error({ err: error }, 'certificate not refreshed; the previous one is used');
    }
    this.#observe();
  }

  /** Why requests would fail. Null: they would not. */
  async missing(): Promise<string | null> {
    const { certificates, dependencies, now } = this.#options;
    if (certificates.pair.notAfterMs <= now()) return 'the serving certificate has expired';
    return dependencies() ?? this.#unproven();
  }

  /**
   * Calls the listener as a client does, once for each certificate and bundle: the result holds until expiry. A call for every probe would
   * fail under a storm of requests and take the replica out of service just then.
   */
  async #unproven(): Promise<string | null> {
    const { certificates, servername } = this.#options;
    const { certificate } = certificates.pair;
    const ca = certificates.ca ?? certificate;
    if (this.#proven?.certificate === certificate && this.#proven.ca === ca) return null;
    const problem = await this.#tls.selfCall(ca, servername);
    if (problem === null) this.#proven = { certificate, ca };
    return problem;
  }

  #observe(): void {
    const { metrics, certificates } = this.#options;
    metrics.certificateNotAfter.set({ certificate: 'serving' }, certificates.pair.notAfterMs / 1000);
    const end = endMs(certificates.ca ?? '');
    if (end !== null) metrics.certificateNotAfter.set({ certificate: 'authority' }, end / 1000);
  }
}
