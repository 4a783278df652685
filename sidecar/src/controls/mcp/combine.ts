import type { Verdict } from '../../exchange/verdict.ts';

/** The verdict on several messages of a body: the strictest, with all hits. */
export function combineVerdicts(verdicts: readonly Verdict[]): Verdict {
  const [only] = verdicts;
  if (only !== undefined && verdicts.length === 1) return only;
  const hits = verdicts.flatMap((verdict) => verdict.hits);
  const block = verdicts.find((verdict) => verdict.kind === 'block');
  if (block?.kind === 'block') return { ...block, hits };
  const redacting = verdicts.filter((verdict) => verdict.kind === 'redact');
  const restored = verdicts.findLast(
    (verdict) => verdict.kind !== 'block' && verdict.tokenised !== undefined,
  );
  const tokenised =
    restored?.kind === 'block' || restored?.tokenised === undefined ? {} : { tokenised: restored.tokenised };
  if (redacting.length === 0) return { kind: 'allow', hits, ...tokenised };
  return {
    kind: 'redact',
    hits,
    redactions: redacting.flatMap((verdict) => verdict.redactions),
    ...tokenised,
  };
}
