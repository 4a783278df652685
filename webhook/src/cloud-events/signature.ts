import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';
/** Of Standard Webhooks. */
const [MIN_BYTES, MAX_BYTES] = [24, 64];

/** The key in `text`: `whsec_` and base64 of 24 to 64 bytes. Null: it is none. */
export function parseSigningKey(text: string): Buffer | null {
  const encoded = text.trim();
  if (!encoded.startsWith(PREFIX)) return null;
  const base64 = encoded.slice(PREFIX.length);
  const key = Buffer.from(base64, 'base64');
  const isWhole = key.toString('base64') === base64;
  return isWhole && key.length >= MIN_BYTES && key.length <= MAX_BYTES ? key : null;
}

/** Headers of Standard Webhooks. @param keys a receiver takes the signature of any @param seconds Unix time */
export function signatureHeaders(
  keys: readonly Buffer[],
  id: string,
  seconds: number,
  body: string,
): Readonly<Record<string, string>> {
  const signatures = keys.map((key) => {
    const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
    return `v1,${mac}`;
  });
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatures.join(' '),
  };
}
