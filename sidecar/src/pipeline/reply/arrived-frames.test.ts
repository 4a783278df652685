import { blankFrame, type WireFrame } from '../../dialects/framing/index.ts';
import { ArrivedFrames } from './arrived-frames.ts';

function frames(...lengths: readonly number[]): readonly WireFrame[] {
  return lengths.map((length) => blankFrame('x'.repeat(length)));
}

function taken(arrived: ArrivedFrames): number[][] {
  const slices: number[][] = [];
  while (!arrived.isEmpty) slices.push(arrived.take().map(({ wire }) => wire.length));
  return slices;
}

describe('ArrivedFrames', () => {
  it.each<[string, number[], number[][]]>([
    ['nothing', [], []],
    ['all that is short', [10, 20, 30], [[10, 20, 30]]],
    ['a frame that is longer than a slice, alone', [17000, 17000, 10], [[17000], [17000], [10]]],
    ['as much as a slice holds', [8000, 8000, 8000], [[8000, 8000], [8000]]],
  ])('gives %s', (_, lengths, slices) => {
    const arrived = new ArrivedFrames();
    arrived.add(frames(...lengths));
    expect(taken(arrived)).toEqual(slices);
  });

  it('gives what arrived later behind what is left', () => {
    const arrived = new ArrivedFrames();
    arrived.add(frames(16000, 16001));
    arrived.take();
    arrived.add(frames(3, 4));
    expect(taken(arrived)).toEqual([[16001, 3, 4]]);
    expect(arrived.take()).toEqual([]);
  });
});
