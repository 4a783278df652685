import type { Finding } from './detector.ts';

/** By start; longer, higher score, then lesser rule ID first. A total order, so that results never depend on the engine. */
function compareFindings(a: Finding, b: Finding): number {
  return (
    a.start - b.start ||
    b.end - a.end ||
    b.score - a.score ||
    (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0)
  );
}

/**
 * Sorts, and drops findings inside an earlier one. Each finding depends only on those that begin no later, so a stream settles them from
 * left to right: `reach` is the latest end of those settled before.
 */
export function settleFindings(findings: Finding[], reach = -1): readonly Finding[] {
  if (findings.length === 0) return findings;
  let latest = reach;
  return findings.sort(compareFindings).filter((finding) => {
    if (finding.end <= latest) return false;
    latest = finding.end;
    return true;
  });
}

/** The end of the last of `settled`, or `reach` if there is none. */
export function reachOf(settled: readonly Finding[], reach: number): number {
  return settled.at(-1)?.end ?? reach;
}
