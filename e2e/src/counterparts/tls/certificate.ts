import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** Files in PEM. */
export interface CertificateFiles {
  readonly key: string;
  readonly cert: string;
}

/** A self-signed certificate, made with openssl: `NAME.key` and `NAME.crt` in `dir`. @param names of its server, as `subjectAltName` has them */
export function makeCertificate(dir: string, name: string, names = 'IP:127.0.0.1'): CertificateFiles {
  const [key, cert] = [join(dir, `${name}.key`), join(dir, `${name}.crt`)];
  const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const named = ['-days', '2', '-subj', `/CN=${name}`, '-addext', `subjectAltName=${names}`];
  execFileSync('openssl', [...made, ...named, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { key, cert };
}
