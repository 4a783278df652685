import { readFileSync } from 'node:fs';

import { createFramer } from '../framing/index.ts';
import { parseJson } from '../json/index.ts';
import { collectWire, everyCut } from '../testing/collected.ts';
import { expectGolden } from '../testing/golden.ts';
import { expectPointers } from '../testing/pointers.ts';
import { openaiResponses } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
function testdata(name: string): URL {
  return new URL(`testdata/${name}`, import.meta.url);
}
const request = parseJson(readFileSync(testdata('request.json')));
const prompt = openaiResponses.prompt(request.value, MATCH);

describe('goldens', () => {
  it('a conversation', () => {
    expectGolden(testdata('request.golden.json'), prompt);
    expectPointers(request.text, prompt.segments);
  });

  it('a streamed reply, cut at every byte', () => {
    const wire = readFileSync(testdata('stream.sse'));
    const whole = collectWire('sse', openaiResponses.stream(prompt, MATCH), wire, []);
    expectGolden(testdata('stream.golden.json'), whole);
    expect(collectWire('sse', openaiResponses.stream(prompt, MATCH), wire, [...wire.keys()])).toEqual(whole);
    // The reader sees frames only, so it is enough that these are the same whatever the cut.
    const frames = framesOf(wire, []);
    for (const cuts of everyCut(wire.length)) expect(framesOf(wire, cuts)).toBe(frames);
  });
});

function framesOf(wire: Uint8Array, cuts: readonly number[]): string {
  const framer = createFramer('sse');
  const bounds = [0, ...cuts, wire.length];
  const frames = bounds.slice(1).flatMap((end, index) => [...framer.push(wire.subarray(bounds[index], end))]);
  return JSON.stringify([...frames, ...framer.end()]);
}
