import type { PemPair } from '../certs/authority.ts';
import { AuthorityCertificate, type CertificateSource } from '../certs/source.ts';
import type { CaSecret } from './ca-secret.ts';

/** Whoever connects here is told which authority to trust. */
export interface TrustStore {
  /** @throws KubeError */
  trust(certificate: string, nowMs: number): Promise<unknown>;
}

/**
 * Leaves of the authority that all replicas share. A new authority is first made known to the API server, and only a refresh later
 * does this replica serve a leaf of it, so that no API server meets a leaf that it does not trust yet.
 */
export class ClusterCertificate implements CertificateSource {
  readonly #secret: CaSecret;
  readonly #configurations: TrustStore;
  readonly #leaf: AuthorityCertificate;
  /** Announced in the last refresh; served from in the next. */
  #announced: PemPair | null = null;

  private constructor(secret: CaSecret, configurations: TrustStore, leaf: AuthorityCertificate) {
    this.#secret = secret;
    this.#configurations = configurations;
    this.#leaf = leaf;
  }

  /** @throws KubeError */
  static async open(
    secret: CaSecret,
    configurations: TrustStore,
    names: readonly string[],
    nowMs: number,
  ): Promise<ClusterCertificate> {
    const authority = await secret.authority(null, nowMs);
    await configurations.trust(authority.certificate, nowMs);
    const leaf = await AuthorityCertificate.from(authority, authority.certificate, names, nowMs);
    return new ClusterCertificate(secret, configurations, leaf);
  }

  get pair(): PemPair {
    return this.#leaf.pair;
  }

  get ca(): string {
    return this.#leaf.ca;
  }

  get authority(): PemPair {
    return this.#leaf.authority;
  }

  async refresh(nowMs: number): Promise<boolean> {
    const authority = await this.#secret.authority(this.#leaf.authority, nowMs);
    await this.#configurations.trust(authority.certificate, nowMs);
    if (authority.certificate !== this.#leaf.authority.certificate) {
      if (this.#announced?.certificate === authority.certificate) {
        this.#leaf.useAuthority(authority, authority.certificate);
        this.#announced = null;
      } else this.#announced = authority;
    }
    return this.#leaf.refresh(nowMs);
  }
}
