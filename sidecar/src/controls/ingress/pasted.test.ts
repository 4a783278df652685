import fc from 'fast-check';

import { runs } from '../../detectors/testing/runs.ts';
import type { Segment } from '../../exchange/index.ts';
import type { CompiledPasted } from '../../policy/compile/compiled.ts';
import { exchange } from '../testing/judging.ts';
import { typedIn, withPasted } from './pasted.ts';

const DOC = { start: '<doc>', end: '</doc>' };
const BETWEEN: CompiledPasted = { chars: null, between: [DOC] };

/** The messages of a user, each of these parts. */
function message(parts: readonly string[], at = 0, change: Partial<Segment> = {}): readonly Segment[] {
  const run = `/messages/${at}/content`;
  return parts.map((text, index) => ({
    pointer: `${run}/${index}/text`,
    origin: 'user',
    channel: 'content',
    text,
    run,
    ...change,
  }));
}

/** What was typed of each part, or null where nothing was pasted. */
function typed(segments: readonly Segment[], pasted: CompiledPasted | null): readonly (string | null)[] {
  return withPasted(exchange({ segments }).prompt, pasted).segments.map((segment) =>
    segment.pasted === undefined ? null : typedIn(segment),
  );
}

describe('what a user pasted', () => {
  it.each<readonly [string, readonly string[], CompiledPasted | null, readonly (string | null)[]]>([
    ['is nothing without a rule', ['<doc>a</doc>'], null, [null]],
    ['is nothing where a rule finds nothing', ['a </doc> b'], { chars: 11, between: [DOC] }, [null]],
    ['stands between delimiters', ['Sum up: <doc>a</doc> please'], BETWEEN, ['Sum up: \n please']],
    ['goes on to the last end, which a page may contain', ['<doc>a</doc> evil </doc> b'], BETWEEN, ['\n b']],
    ['begins at the first beginning', ['<doc>a</doc> typed <doc>b</doc>'], BETWEEN, ['\n']],
    ['goes on to the end of the message without an end', ['a <doc>b', 'c'], BETWEEN, ['a \n', '\n']],
    ['has an end only behind its beginning', ['</doc> a <doc>b'], BETWEEN, ['</doc> a \n']],
    ['is cut anywhere into parts', ['a <d', 'oc>b</d', 'oc> c'], BETWEEN, ['a \n', '\n', '\n c']],
    ['is a long message', ['123456789', '0'], { chars: 10, between: [] }, ['\n', '\n']],
    [
      'has delimiters of several kinds',
      ['<doc>a</doc> b [[c]] d'],
      { chars: null, between: [DOC, { start: '[[', end: ']]' }] },
      ['\n b \n d'],
    ],
    [
      'has delimiters within others',
      ['<doc>a [[b</doc> c]] d'],
      { chars: null, between: [DOC, { start: '[[', end: ']]' }] },
      ['\n\n d'],
    ],
  ])('%s', (_, parts, pasted, expected) => {
    expect(typed(message(parts), pasted)).toEqual(expected);
  });

  it('is told by message', () => {
    const pasted = { chars: 10, between: [DOC] };
    expect(typed([...message(['12345']), ...message(['67890'], 2)], pasted)).toEqual([null, null]);
    expect(typed([...message(['<doc>']), ...message(['later'], 2)], pasted)).toEqual(['\n', null]);
  });

  it.each<Partial<Segment>>([{ origin: 'system' }, { origin: 'assistant' }, { channel: 'metadata' }])(
    'is no text of another: %o',
    (change) => {
      expect(typed(message(['<doc>a</doc>'], 0, change), { chars: 1, between: [DOC] })).toEqual([null]);
    },
  );

  it('covers whatever is put between delimiters, however it is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('<doc>', '</doc>', 'a', ' ', '<', '>'), maxLength: 12 });
    fc.assert(
      fc.property(text, text, text, fc.nat(), fc.nat(), (before, page, after, a, b) => {
        const whole = `${before}<doc>${page}MARK${page}</doc>${after}`;
        const [low = 0, high = 0] = [a % whole.length, b % whole.length].sort((x, y) => x - y);
        const parts = [whole.slice(0, low), whole.slice(low, high), whole.slice(high)];
        const left = withPasted(exchange({ segments: message(parts) }).prompt, BETWEEN).segments.map(typedIn);
        expect(left.join('')).not.toContain('M');
      }),
      { numRuns: runs(300) },
    );
  });
});
