import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { parseJson } from '../json/index.ts';
import { collectWire, everyCut, framesOf } from '../testing/collected.ts';
import { expectGolden } from '../testing/golden.ts';
import { expectFramePointers, expectPointers } from '../testing/pointers.ts';
import { ollamaChat } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'ndjson' } as const;
function testdata(name: string): URL {
  return new URL(`testdata/${name}`, import.meta.url);
}
const prompt = ollamaChat.prompt(parseJson(readFileSync(testdata('request.json'))).value, MATCH);

describe('goldens', () => {
  it('a conversation with tools, images and thinking', () => {
    expectGolden(testdata('request.golden.json'), prompt);
  });

  it('a streamed reply, cut at every byte', () => {
    const wire = readFileSync(testdata('stream.ndjson'));
    const whole = collectWire('ndjson', ollamaChat.stream(prompt, MATCH), wire, []);
    expectGolden(testdata('stream.golden.json'), whole);
    for (const cuts of everyCut(wire.length)) {
      expect(collectWire('ndjson', ollamaChat.stream(prompt, MATCH), wire, cuts)).toEqual(whole);
    }
  });

  it('points at every text', () => {
    expectPointers(readFileSync(testdata('request.json'), 'utf8'), prompt.segments);
    const frames = framesOf('ndjson', readFileSync(testdata('stream.ndjson')));
    expectFramePointers(ollamaChat.stream(prompt, MATCH), frames);
  });
});
