import fc from 'fast-check';

import { runs } from '../../detectors/testing/runs.ts';
import { unifiedDiff } from './unified-diff.ts';

/** As `patch` does it, without any leniency. */
function applied(before: string, diff: string): string {
  const old = before === '' ? [] : before.replace(/\n$/, '').split('\n');
  const result: string[] = [];
  let at = 0;
  for (const hunk of diff.split(/^@@ /m).slice(1)) {
    const [, line = '0', count = '1'] = /^-(\d+)(?:,(\d+))?/.exec(hunk) ?? [];
    const start = count === '0' ? Number(line) : Number(line) - 1;
    result.push(...old.slice(at, start));
    at = start;
    for (const step of hunk.split('\n').slice(1, -1)) {
      if (step.startsWith('+')) result.push(step.slice(1));
      else {
        expect(old[at]).toBe(step.slice(1));
        at += 1;
        if (step.startsWith(' ')) result.push(step.slice(1));
      }
    }
  }
  return [...result, ...old.slice(at)].map((line) => `${line}\n`).join('');
}

describe('a unified diff', () => {
  it.each([
    ['of equal texts is empty', 'a\nb\n', 'a\nb\n', ''],
    ['adds to nothing', '', 'a\n', '--- a/p\n+++ b/p\n@@ -0,0 +1,1 @@\n+a\n'],
    ['takes all away', 'a\n', '', '--- a/p\n+++ b/p\n@@ -1,1 +0,0 @@\n-a\n'],
    [
      'shows three lines around a change',
      '1\n2\n3\n4\n5\n6\n7\n8\n9\n',
      '1\n2\n3\n4\nx\n6\n7\n8\n9\n',
      '--- a/p\n+++ b/p\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n',
    ],
  ])('%s', (_name, before, after, diff) => {
    expect(unifiedDiff(before, after, 'p')).toBe(diff);
  });

  it('makes the second text of the first', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', '', '-x', '+y', ' z'), { maxLength: 30 })
      .map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applied(before, unifiedDiff(before, after, 'p'))).toBe(after);
      }),
      { numRuns: runs(300) },
    );
  });
});
