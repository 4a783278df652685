import type { PemPair } from '../certs/authority.ts';
import { AuthorityCertificate, type CertificateSource } from '../certs/source.ts';
import type { CaSecret } from './ca-secret.ts';

/** Where clients read which CA to trust. */
export interface TrustStore {
  /** @throws KubeError */
  trust(certificate: string, nowMs: number): Promise<unknown>;
}

/**
 * Leaves of the CA that all replicas share. A new CA is first announced to the API server, and a leaf of it is served one refresh later, so
 * that no API server gets a leaf that it does not trust yet.
 */
export class ClusterCertificate implements CertificateSource {
  readonly #secret: CaSecret;
  readonly #configurations: TrustStore;
  readonly #leaf: AuthorityCertificate;
  /** Announced in the last refresh; used in the next. */
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
