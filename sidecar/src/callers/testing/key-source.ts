import { createSecureContext } from 'node:tls';

import { KeySource } from '../key-source.ts';

/** Fetches for real; tests serve keys on loopback. */
export function keySource(
  now: () => number = Date.now,
  onFault: (place: string, reason: string) => void = () => undefined,
  secretsDir: string | null = null,
): KeySource {
  return new KeySource({ trust: createSecureContext(), lookup: null, secretsDir, onFault, now });
}
