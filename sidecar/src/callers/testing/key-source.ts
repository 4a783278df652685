import { createSecureContext } from 'node:tls';

import { KeySource } from '../key-source.ts';

/** Fetches for real; tests serve keys on loopback. */
export function keySource(
  now: () => number = Date.now,
  onFault: (url: string, reason: string) => void = () => undefined,
): KeySource {
  return new KeySource({ trust: createSecureContext(), lookup: null, onFault, now });
}
