import { measuredText } from './condition-texts.ts';
import type { Conditions } from './conditions.ts';
import { askForConditions } from './measured.ts';
import { reportOf } from './testing/report.ts';
import { mergedReport } from './merged.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 29);

async function measured(...given: Parameters<typeof reportOf>): Promise<Conditions> {
  const asked = await askForConditions({ namespace: 'n', name: 'p' }, () =>
    Promise.resolve(reportOf(...given)),
  );
  if (asked.kind !== 'report') throw new Error(asked.problem);
  return { source: 'sidecar', verdict: asked.report.verdict, report: asked.report };
}

const NONE: Conditions = { source: 'none', verdict: 'unknown', problem: 'no answer' };

describe('what the sidecars of a workload measured together', () => {
  it('is nothing without a report', () => {
    expect(mergedReport([null, NONE])).toBeNull();
  });

  it('counts what all of them saw, since the first of them started', async () => {
    const all = [
      await measured(200),
      await measured(300, { reasons: ['mcp'], blind: [] }, true, START + HOUR),
      await measured(40, { reasons: ['mcp', 'history'], blind: [] }, true, START + 2 * HOUR),
    ];
    const report = mergedReport(all);
    expect(report).toMatchObject({ verdict: 'needed', exchanges: 540, sinceMs: START, sidecars: 3 });
    if (report === null) throw new Error('no report');
    expect(measuredText(report, report.sidecars)).toMatch(
      /^the LLM boundary is needed because stateless and isolated does not hold \(.*: 40 exchanges, .*; no tools does not hold \(MCP is spoken: 340 exchanges, .*; 540 exchanges seen since 2026-11-29T00:00:00\.000Z, when the first of its 3 sidecars started$/,
    );
  });

  it('suffices where each pod says so, and not while one has not answered', async () => {
    const all = [await measured(200), await measured(200)];
    expect(mergedReport(all)?.verdict).toBe('suffices');
    for (const other of [null, NONE]) expect(mergedReport([...all, other])?.verdict).toBe('unknown');
  });

  it('lacks what the pod lacks that needs most', async () => {
    const report = mergedReport([await measured(200), await measured(60), await measured(90)]);
    if (report === null) throw new Error('no report');
    expect(measuredText(report, report.sidecars)).toMatch(
      /^not known yet: stateless and isolated: 40 exchanges more in which all can be judged; /,
    );
  });
});
