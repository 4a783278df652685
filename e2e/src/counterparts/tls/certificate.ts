import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Files in PEM. */
export interface CertificateFiles {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate for 127.0.0.1, made with openssl: `NAME.key` and `NAME.crt` in `dir`. */
export function makeCertificate(dir: string, name: string): CertificateFiles {
  const [key, cert] = [join(dir, `${name}.key`), join(dir, `${name}.crt`)];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const named = ['-days', '2', '-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...made, ...named, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert };
}
