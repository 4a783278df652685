import type { Segment } from '../exchange/index.ts';
import { joinedTexts } from './joined-text.ts';

function part(text: string, run?: string, channel: Segment['channel'] = 'content'): Segment {
  const place: Segment = { pointer: '', text, origin: 'user', channel };
  return run === undefined ? place : { ...place, run };
}

describe('texts that come in parts', () => {
  it.each<[string, readonly Segment[], number]>([
    ['none where no segment belongs to a run', [part('a'), part('b')], 0],
    ['none of a run of one part', [part('a', '1'), part('b', '2')], 0],
    ['one of a run of two parts', [part('a', '1'), part('b'), part('c', '1')], 1],
    ['none over two channels', [part('a', '1'), part('b', '1', 'reasoning')], 0],
    ['one of each run', [part('a', '1'), part('b', '2'), part('c', '1'), part('d', '2')], 2],
  ])('%s', (_name, segments, count) => {
    expect(joinedTexts(segments).length).toBe(count);
  });
});
