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

/** Expiry of the first certificate of a bundle, in Unix time. Null: no readable certificate. */
export function endMs(bundle: string): number | null {
  const [first] = certificates(bundle);
  return first === undefined ? null : Date.parse(first.validTo);
}

/**
 * A bundle of the newest CA and the previously trusted ones until they expire, so that replicas that still serve a certificate of the old
 * one are trusted. The newest comes first; the result depends on the input alone.
 */
export function overlap(newest: string, before: string, nowMs: number): string {
  const kept = new Map<string, string>();
  for (const certificate of [...certificates(newest), ...certificates(before)]) {
    if (Date.parse(certificate.validTo) > nowMs) kept.set(certificate.fingerprint256, certificate.toString());
  }
  return [...kept.values()].join('');
}
