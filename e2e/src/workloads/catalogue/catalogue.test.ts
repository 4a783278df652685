import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { LEVELS, readCases } from './case.ts';
import { judge, type Verdict } from './judge.ts';
import { merge } from './merge.ts';
import { expectedTexts, verdictText, workloadsPage, type Judged } from './page.ts';
import { StandIns } from './stand-in.ts';

const ROOT = new URL('../../../../', import.meta.url);
const PAGE = new URL('docs/reference/workloads.md', ROOT);
const cases = readCases(new URL('e2e/workloads/', ROOT));

describe('merge', () => {
  it.each([
    ['a member that is removed', { a: 1, b: 2 }, { a: null }, { b: 2 }],
    ['a list without names', { a: [1, 2] }, { a: [3] }, { a: [3] }],
    [
      'a list of names',
      { a: [{ name: 'x', b: 1 }, { name: 'y' }] },
      { a: [{ name: 'x', c: 2 }, { name: 'z' }] },
      { a: [{ name: 'x', b: 1, c: 2 }, { name: 'y' }, { name: 'z' }] },
    ],
    ['what was not there', undefined, { a: { b: [{ name: 'x' }] } }, { a: { b: [{ name: 'x' }] } }],
  ])('%s', (_name, target, patch, expected) => {
    expect(merge(target, patch)).toEqual(expected);
  });
});

describe('the catalogue of workloads', () => {
  const standIns = new StandIns();
  afterAll(() => {
    standIns.close();
  });
  const judged: readonly Judged[] = cases.map((one) => ({
    one,
    verdicts: {
      privileged: judge(one, 'privileged', standIns),
      baseline: judge(one, 'baseline', standIns),
      restricted: judge(one, 'restricted', standIns),
    },
  }));

  it('has 40 manifests or more', () => {
    expect(cases.length).toBeGreaterThanOrEqual(40);
  });

  describe.each(judged.map((each) => [each.one.name, each] as const))('%s', (_name, { one, verdicts }) => {
    it.each(LEVELS)('%s', (level) => {
      const found = verdicts[level];
      expect(found.length).toBeGreaterThan(0);
      const silent = found.flatMap((verdict: Verdict) => (verdict.kind === 'injected' ? verdict.silent : []));
      expect(silent).toEqual([]);
      expect(found.map(verdictText)).toEqual(expectedTexts(one, level, found.length));
    });
  });

  it('the page is that of the manifests', () => {
    const page = workloadsPage(judged);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, page);
    expect(page).toBe(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '');
  });
});
