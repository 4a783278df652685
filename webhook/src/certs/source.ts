import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createAuthority, issueLeaf, readPair, renewAtMs, type PemPair } from './authority.ts';
import { endMs } from './bundle.ts';

/** Where the serving certificate comes from. Keeps the last good one. */
export interface CertificateSource {
  readonly pair: PemPair;
  /** PEM bundle that clients should believe; null: not known here. */
  readonly ca: string | null;
  /** Looks whether there is something newer. True: `pair` changed. @throws when there should be something newer and it is broken */
  refresh(nowMs: number): Promise<boolean>;
}

/** No certificate to serve. Fatal at start; the message says what to do. */
class CertificateUnavailable extends Error {
  override readonly name = 'CertificateUnavailable';
}

/** `tls.crt`, `tls.key` and, where it is there, `ca.crt` of a mounted Secret, as cert-manager writes them. */
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
    // One that is emptied or taken out of the Secret is not taken out of what clients believe.
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
  // Issuers without an authority of their own leave it out, or empty.
  const ca = await read('ca.crt').catch(() => '');
  if (ca.trim() !== '' && endMs(ca) === null) {
    throw new CertificateUnavailable(`${folder}: ca.crt holds no certificate`);
  }
  return { pair, ca: ca.trim() === '' ? null : ca };
}

/** Leaves of a built-in authority, held in memory, renewed at two thirds of their life or when the authority changes. */
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

  /** @param ca the bundle that clients believe; at least the authority's own certificate */
  static async from(
    authority: PemPair,
    ca: string,
    names: readonly string[],
    nowMs: number,
  ): Promise<AuthorityCertificate> {
    return new AuthorityCertificate(names, authority, ca, await issueLeaf(authority, names, nowMs));
  }

  /** An authority for this process alone. */
  static async alone(names: readonly string[], nowMs: number): Promise<AuthorityCertificate> {
    const authority = await createAuthority(nowMs);
    return AuthorityCertificate.from(authority, authority.certificate, names, nowMs);
  }

  get authority(): PemPair {
    return this.#authority;
  }

  /** The next refresh signs with it. */
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
