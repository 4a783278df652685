import type { Commitments, Part } from '../record/commitment.ts';
import { isDecision } from '../record/schema.ts';
import type { Entry } from './entries.ts';

/**
 * `match`: the body matches the commitment in the record. `mismatch`: another body. `absent`: no record of the exchange commits to such a
 * body. `other_key`: the log was written with another commitment key.
 */
export type Opening = 'match' | 'mismatch' | 'absent' | 'other_key';

export interface OpeningResult {
  readonly opening: Opening;
  /** Opens this commitment without the key: the HMAC-SHA-256 of the body under it is the commitment. Null unless it matches. */
  readonly nonce: string | null;
  readonly commitment: string | null;
}

/** Compares the body with the commitment in the log. */
export async function openCommitment(
  entries: AsyncIterable<Entry>,
  commitments: Commitments,
  wanted: { readonly exchange: string; readonly part: Part; readonly body: Uint8Array },
): Promise<OpeningResult> {
  const { exchange, part, body } = wanted;
  const keyIds = new Map<string, string | null>();
  const { commitment, nonce } = commitments.commit(exchange, part, body);
  let found: { readonly commitment: string; readonly origin: string } | null = null;
  for await (const { line } of entries) {
    if (line.kind === 'genesis') keyIds.set(line.origin, line.commitment_key);
    if (!isDecision(line) || line.exchange !== exchange) continue;
    const recorded = line.content?.[part] ?? null;
    if (recorded === commitment) return { opening: 'match', nonce, commitment };
    if (recorded !== null) found = { commitment: recorded, origin: line.origin };
  }
  if (found === null) return { opening: 'absent', nonce: null, commitment: null };
  const keyId = keyIds.get(found.origin);
  const otherKey = keyId !== undefined && keyId !== commitments.keyId;
  return { opening: otherKey ? 'other_key' : 'mismatch', nonce: null, commitment: found.commitment };
}
