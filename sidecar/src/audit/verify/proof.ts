import { z } from 'zod';

import { isDecision, parseLine, type Line } from '../record/schema.ts';
import { parseVerifier, type Verifier } from '../record/note.ts';
import { hashOf } from '../record/chain.ts';
import type { Entry } from './entries.ts';
import type { Report } from './report.ts';

/**
 * Proves that records are in a log, without the log: each record with the lines up to the next signature. Lines of other exchanges between
 * them are included; like all lines they hold metadata only.
 */
const proofSchema = z.strictObject({
  proof: z.literal('llm-boundary-audit/1'),
  exchange: z.string(),
  /** The verifier key in the log's genesis. */
  key: z.string(),
  segments: z.array(z.array(z.string()).min(2)).min(1),
});
export type Proof = z.infer<typeof proofSchema>;

/**
 * The proof for all records of `exchange` in one log. Null if there are none, or none is signed yet. @throws Error if the exchange is in
 * more than one log.
 */
export async function prove(entries: AsyncIterable<Entry>, exchange: string): Promise<Proof | null> {
  const keys = new Map<string, string>();
  const open = new Map<string, string[]>();
  const segments: string[][] = [];
  let origin: string | null = null;
  for await (const { text, line } of entries) {
    if (line.kind === 'genesis' || line.kind === 'continue') keys.set(line.origin, line.key);
    if (isDecision(line) && line.exchange === exchange) {
      if (origin !== null && origin !== line.origin)
        throw new Error('the exchange is in more than one log; pass one of them');
      origin = line.origin;
      if (!open.has(origin)) open.set(origin, []);
    }
    const segment = open.get(line.origin);
    if (segment === undefined) continue;
    segment.push(text);
    if (line.kind !== 'checkpoint') continue;
    segments.push(segment);
    open.delete(line.origin);
  }
  const key = origin === null ? undefined : keys.get(origin);
  if (key === undefined || segments.length === 0) return null;
  return { proof: 'llm-boundary-audit/1', exchange, key, segments };
}

/** Null if `text` is not a proof. Attacker-controlled. */
export function parseProof(text: string): Proof | null {
  try {
    const parsed = proofSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Checks a proof: its records are lines of the log that the key signed. It cannot show that there are no others. */
export function verifyProof(proof: Proof, where: string, keys: readonly Verifier[]): Report {
  const verifier = parseVerifier(proof.key);
  const fault = verifier === null ? 'has no verifier key' : faultIn(proof, verifier);
  const records = proof.segments.flat().flatMap((text) => {
    const line = parseLine(text);
    return line !== null && isDecision(line) && line.exchange === proof.exchange ? [line] : [];
  });
  const given = keys.some((key) => key.key === proof.key);
  const otherKey = keys.length > 0 && !given;
  const log = {
    origin: verifier?.name ?? where,
    key: proof.key,
    keyKnownFrom: given ? ('given' as const) : ('none' as const),
    lines: proof.segments.flat().length,
    records: records.length,
    firstTime: records[0]?.time ?? null,
    lastTime: records.at(-1)?.time ?? null,
    unsigned: 0,
    end: 'open' as const,
    tornBytes: 0,
  };
  if (fault !== null)
    return {
      exit: 1,
      logs: [log],
      problems: [{ kind: 'tampered', where, text: fault }],
      remarks: [],
      sealed: null,
    };
  if (otherKey)
    return {
      exit: 3,
      logs: [log],
      problems: [{ kind: 'missing', where, text: 'is not from a log with the given key' }],
      remarks: [],
      sealed: null,
    };
  const remark = `${records.length} records of exchange ${proof.exchange} are in the log ${log.origin}; only the whole log shows whether there are more`;
  const doubt = `the key is known only from the proof itself; pass the trusted one with --key`;
  return {
    exit: given ? 0 : 4,
    logs: [log],
    problems: [],
    remarks: given ? [remark] : [remark, doubt],
    sealed: null,
  };
}

/** Why the proof fails; null if it holds. */
function faultIn(proof: Proof, verifier: Verifier): string | null {
  for (const segment of proof.segments) {
    const lines = segment.map((text) => parseLine(text));
    const [first, last] = [lines[0], lines.at(-1)];
    if (first === undefined || first === null || !isDecision(first) || first.exchange !== proof.exchange)
      return 'has a segment that does not begin with a record of the exchange';
    if (last?.kind !== 'checkpoint') return 'has a segment that does not end with a signature';
    const gap = lines.findIndex(
      (line, index) => !follows(line, segment[index - 1], lines[index - 1], verifier.name),
    );
    if (gap >= 0) return `has a line that does not match the previous one: line ${gap} of a segment`;
    const head = verifier.open(last.note);
    if (head?.size !== last.seq || head.hash !== last.prev)
      return 'has a signature that does not match the lines';
  }
  return null;
}

function follows(
  line: Line | null,
  before: string | undefined,
  previous: Line | null | undefined,
  origin: string,
): boolean {
  if (line?.origin !== origin) return false;
  if (before === undefined) return true;
  return (
    previous !== undefined &&
    previous !== null &&
    line.seq === previous.seq + 1 &&
    line.prev === hashOf(before)
  );
}
