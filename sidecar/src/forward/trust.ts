import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** Paths of the bundle that an administrator can extend, on Debian, Alpine, Red Hat and the BSDs. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/cert.pem',
];

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificates that verify upstreams: those of `caFile` alone if given, else the system's bundle, else Node's. Parsed once: a bundle
 * holds more than a hundred. @throws Error if `caFile` cannot be read or holds no certificate: wider trust than configured would be worse
 * than not starting.
 */
export function loadTrust(caFile: string | null): SecureContext {
  return createSecureContext({ ca: [...certificates(caFile)] });
}

function certificates(caFile: string | null): readonly string[] {
  if (caFile !== null) {
    const given = certificatesOf(caFile);
    if (given.length === 0)
      throw new Error(`${caFile}: no PEM certificate in it; give a file with BEGIN CERTIFICATE blocks.`);
    return given;
  }
  for (const bundle of SYSTEM_BUNDLES) {
    try {
      const found = certificatesOf(bundle);
      if (found.length > 0) return found;
    } catch {
      // Not the path of this system.
    }
  }
  return rootCertificates;
}

function certificatesOf(file: string): string[] {
  return readFileSync(file, 'latin1').match(CERTIFICATE) ?? [];
}
