import { describe, expect, it } from '@jest/globals';

import { Ahead } from '../ahead.ts';
import { judgeRequest } from '../run.ts';
import { exchange, policy, segment, summary } from '../testing/judging.ts';
import { ConversationMemory } from './conversation-memory.ts';
import { RequestWords, type Lookup } from './request-words.ts';
import { Turn } from './turn.ts';

const KEY = { words: 1, high: 2, low: 3 };
const WORDS = Array.from({ length: 100_000 }, (_, index) => index.toString(36)).join(' ');
const LONG = segment(WORDS, { origin: 'user' });
const PAGE = segment('A page.', { origin: 'tool', channel: 'tool_result', pointer: '/messages/1/content' });

interface Work {
  readonly state: RequestWords['state'];
  readonly lookups: number;
  readonly slices: number;
  readonly request: RequestWords;
}

function read(segments: readonly (typeof LONG)[], isKnown: boolean): Work {
  let lookups = 0;
  const lookup: Lookup = isKnown ? () => ((lookups += 1), 0) : null;
  const request = new RequestWords(exchange({ segments }).prompt, policy(), KEY, lookup);
  let slices = 0;
  for (const work = request.read(); work.next().done !== true;) slices += 1;
  return { state: request.state, lookups, slices, request };
}

describe('a long request', () => {
  it('is not read where nothing in it is untrusted and nothing is known of its caller', () => {
    expect(read([LONG], false)).toMatchObject({ state: 'needless', lookups: 0, slices: 0 });
    expect(read([segment('Hello')], false)).toMatchObject({ state: 'read' });
  });

  it.each([
    ['with untrusted text', [LONG, PAGE], false, 0],
    ['of a caller of whom something is known', [LONG], true, 99_993],
  ])('%s is read once, in slices', (_name, segments, isKnown, lookups) => {
    const work = read(segments, isKnown);
    expect(work).toMatchObject({ state: 'read', lookups });
    expect(work.slices).toBeGreaterThan(90);
    expect(work.slices).toBeLessThan(200);
  });

  it('leaves a bounded number of passages: the first ones of the caller, the newest ones of the model', () => {
    const said = segment(WORDS.repeat(4), { origin: 'assistant', pointer: '/messages/2/content' });
    const { request } = read([PAGE, LONG, said], true);
    expect(request.own.isFull).toBe(true);
    const kept = [...request.candidates.all()];
    expect(kept.length).toBeLessThanOrEqual(32_768);
    expect(kept.at(-1)?.index).toBe(2);
  });
});

it('a request that is not read to the end has all labels, and is refused', () => {
  const asked = exchange({ segments: [LONG, PAGE] });
  const turn = new Turn(new ConversationMemory(), asked, asked.prompt, { policy: policy(), nowMs: 0 });
  let nowMs = 0;
  const ahead = new Ahead(5, () => (nowMs += 1));
  const { length: slices } = [...ahead.during(turn.read())];
  expect(slices).toBeLessThan(6);
  expect(turn.recalled).toEqual({ tainted: true, isPrivate: true });
  const limited = policy({ limits: { detectorMs: 5 } });
  expect(summary(judgeRequest(asked, limited, () => nowMs, { ahead }).verdict)).toBe(
    'block detector_unavailable',
  );
});
