import type { OpenSeal, Sealer, SealTerms } from '../../audit/record/sealer.ts';
import type { SealedBody } from '../../exchange/index.ts';

/** The bodies of an exchange that a decision is about. */
export interface Bodies {
  readonly request: Uint8Array | null;
  readonly response: Uint8Array | null;
  /** What goes on in place of `request` and `response`. */
  readonly requestSent: Uint8Array | null;
  readonly responseSent: Uint8Array | null;
  /** Keeps a reply that came in pieces, in place of `response`. */
  readonly responseSeal: OpenSeal | null;
}

/** Resolves when all of them are durable; undefined where there is none. @throws AuditUnavailable */
export async function sealBodies(
  sealer: Sealer,
  terms: SealTerms,
  bodies: Partial<Bodies>,
): Promise<readonly SealedBody[] | undefined> {
  const seals = wholeOf(bodies).map(([part, body]) => {
    const seal = sealer.begin(part, terms);
    seal.write(body);
    return seal;
  });
  const { responseSeal = null } = bodies;
  if (responseSeal !== null) seals.push(responseSeal);
  const kept = (await Promise.all(seals.map((seal) => seal.finish()))).filter((body) => body !== null);
  return kept.length === 0 ? undefined : kept;
}

/** The bodies that are there in one piece; what went on only where it is another one. */
function wholeOf(bodies: Partial<Bodies>): readonly (readonly [SealedBody['part'], Uint8Array])[] {
  const { request = null, requestSent = null, response = null, responseSent = null } = bodies;
  const all = [
    ['request', request],
    ['request_sent', differing(request, requestSent)],
    ['response', response],
    ['response_sent', differing(response, responseSent)],
  ] as const;
  return all.flatMap(([part, body]) => (body === null ? [] : [[part, body] as const]));
}

function differing(arrived: Uint8Array | null, sent: Uint8Array | null): Uint8Array | null {
  return arrived !== null && sent !== null && Buffer.compare(arrived, sent) === 0 ? null : sent;
}
