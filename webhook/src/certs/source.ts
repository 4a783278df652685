import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createAuthority, issueLeaf, readPair, renewAtMs, type PemPair } from './authority.ts';
import { endMs } from './bundle.ts';

/** Source of the serving certificate. Keeps the last valid one. */
export interface CertificateSource {
  readonly pair: PemPair;
  /** PEM bundle for clients; null: unknown. */
  readonly ca: string | null;
  /** Checks for a newer pair. True: `pair` changed. @throws if the newer one is invalid */
  refresh(nowMs: number): Promise<boolean>;
}

/** No certificate to serve. Fatal at startup; the message says what to do. */
class CertificateUnavailable extends Error {
  override readonly name = 'CertificateUnavailable';
}

/** `tls.crt`, `tls.key` and, if present, `ca.crt` of a mounted Secret, as cert-manager writes them. */
export class DirectoryCertificate implements CertificateSource {
  readonly #folder: string;
  pair: PemPair;
  ca: string | null;

  private constructor(folder: string, pair: PemPair, ca: string | null) {
    this.#folder = folder;
    this.pair = pair;
    this.ca = ca;
  }

  /** @throws CertificateUnavailable */
  static async open(folder: string): Promise<DirectoryCertificate> {
    const found = await readFolder(folder);
    return new DirectoryCertificate(folder, found.pair, found.ca);
  }

  async refresh(_nowMs: number): Promise<boolean> {
    const found = await readFolder(this.#folder);
    // A CA that was emptied or removed in the Secret remains trusted.
    const ca = found.ca ?? this.ca;
    if (found.pair.certificate === this.pair.certificate && ca === this.ca) return false;
    this.pair = found.pair;
    this.ca = ca;
    return true;
  }
}

async function readFolder(folder: string): Promise<{ pair: PemPair; ca: string | null }> {
  const read = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  let texts: readonly [string, string];
  try {
    texts = await Promise.all([read('tls.crt'), read('tls.key')]);
  } catch (error) {
    throw new CertificateUnavailable(`${folder}: expected the files tls.crt and tls.key`, { cause: error });
  }
  const pair = readPair(...texts);
  if (pair === null) {
    throw new CertificateUnavailable(`${folder}: tls.crt and tls.key are not a certificate and its key`);
  }
  // Issuers without a CA omit it, or leave it empty.
  const ca = await read('ca.crt').catch(() => '');
  if (ca.trim() !== '' && endMs(ca) === null) {
    throw new CertificateUnavailable(`${folder}: ca.crt holds no certificate`);
  }
  return { pair, ca: ca.trim() === '' ? null : ca };
}

/** Leaves of a built-in CA, held in memory, renewed after two thirds of their validity period or when the CA changes. */
export class AuthorityCertificate implements CertificateSource {
  readonly #names: readonly string[];
  #authority: PemPair;
  #signedBy: string;
  pair: PemPair;
  ca: string;

  private constructor(names: readonly string[], authority: PemPair, ca: string, pair: PemPair) {
    this.#names = names;
    this.#authority = authority;
    this.#signedBy = authority.certificate;
    this.ca = ca;
    this.pair = pair;
  }

  /** @param ca the bundle for clients; at least the CA's own certificate */
  static async from(
    authority: PemPair,
    ca: string,
    names: readonly string[],
    nowMs: number,
  ): Promise<AuthorityCertificate> {
    return new AuthorityCertificate(names, authority, ca, await issueLeaf(authority, names, nowMs));
  }

  /** A CA for this process only. */
  static async alone(names: readonly string[], nowMs: number): Promise<AuthorityCertificate> {
    const authority = await createAuthority(nowMs);
    return AuthorityCertificate.from(authority, authority.certificate, names, nowMs);
  }

  get authority(): PemPair {
    return this.#authority;
  }

  /** The next refresh uses it. */
  useAuthority(authority: PemPair, ca: string): void {
    this.#authority = authority;
    this.ca = ca;
  }

  async refresh(nowMs: number): Promise<boolean> {
    if (this.#signedBy === this.#authority.certificate && nowMs < renewAtMs(this.pair)) return false;
    const signer = this.#authority;
    this.pair = await issueLeaf(signer, this.#names, nowMs);
    this.#signedBy = signer.certificate;
    return true;
  }
}
