import { X509Certificate } from 'node:crypto';

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, each with its line feed. Unreadable ones are left out. */
function certificates(pem: string): readonly X509Certificate[] {
  return [...pem.matchAll(BLOCK)].flatMap(([block]) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

/** When the first certificate of a bundle ends, in Unix time. Null: there is none that can be read. */
export function endMs(bundle: string): number | null {
  const [first] = certificates(bundle);
  return first === undefined ? null : Date.parse(first.validTo);
}

/**
 * A bundle that trusts the newest authority and keeps what was trusted before until it expires, so that replicas which still serve
 * from the old one are believed. The newest stands first; order and number are the same for the same input.
 */
export function overlap(newest: string, before: string, nowMs: number): string {
  const kept = new Map<string, string>();
  for (const certificate of [...certificates(newest), ...certificates(before)]) {
    if (Date.parse(certificate.validTo) > nowMs) kept.set(certificate.fingerprint256, certificate.toString());
  }
  return [...kept.values()].join('');
}
