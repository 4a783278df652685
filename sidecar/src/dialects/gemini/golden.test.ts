import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import type { Framing } from '../dialect.ts';
import { parseJson } from '../json/index.ts';
import { collectWire, everyCut, framesOf } from '../testing/collected.ts';
import { expectGolden } from '../testing/golden.ts';
import { expectFramePointers, expectPointers } from '../testing/pointers.ts';
import { gemini } from './index.ts';

function testdata(name: string): URL {
  return new URL(`testdata/${name}`, import.meta.url);
}
function match(framing: Framing) {
  return { model: 'gemini-2.5-flash', stream: true, framing };
}
const prompt = gemini.prompt(parseJson(readFileSync(testdata('request.json'))).value, match('sse'));

describe('goldens', () => {
  it('a conversation with tools, images and thinking', () => {
    expectGolden(testdata('request.golden.json'), prompt);
  });

  it.each<[Framing, string]>([
    ['sse', 'stream.sse'],
    ['json-array', 'stream.json'],
  ])('a streamed reply as %s, cut at every byte', (framing, name) => {
    const wire = readFileSync(testdata(name));
    const whole = collectWire(framing, gemini.stream(prompt, match(framing)), wire, []);
    expectGolden(testdata('stream.golden.json'), whole);
    for (const cuts of everyCut(wire.length)) {
      expect(collectWire(framing, gemini.stream(prompt, match(framing)), wire, cuts)).toEqual(whole);
    }
  });

  it('points at every text', () => {
    expectPointers(readFileSync(testdata('request.json'), 'utf8'), prompt.segments);
    const frames = framesOf('sse', readFileSync(testdata('stream.sse')));
    expectFramePointers(gemini.stream(prompt, match('sse')), frames);
  });
});
