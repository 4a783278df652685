import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { parseJson } from '../json/index.ts';
import { collectWire, everyCut, framesOf } from '../testing/collected.ts';
import { expectGolden } from '../testing/golden.ts';
import { expectFramePointers, expectPointers } from '../testing/pointers.ts';
import { anthropicMessages } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
function testdata(name: string): URL {
  return new URL(`testdata/${name}`, import.meta.url);
}
const prompt = anthropicMessages.prompt(parseJson(readFileSync(testdata('request.json'))).value, MATCH);

describe('goldens', () => {
  it('a conversation with tools, documents and thinking', () => {
    expectGolden(testdata('request.golden.json'), prompt);
  });

  it('a streamed reply, cut at every byte', () => {
    const wire = readFileSync(testdata('stream.sse'));
    const whole = collectWire('sse', anthropicMessages.stream(prompt, MATCH), wire, []);
    expectGolden(testdata('stream.golden.json'), whole);
    for (const cuts of everyCut(wire.length)) {
      expect(collectWire('sse', anthropicMessages.stream(prompt, MATCH), wire, cuts)).toEqual(whole);
    }
  });

  it('points at every text', () => {
    expectPointers(readFileSync(testdata('request.json'), 'utf8'), prompt.segments);
    const frames = framesOf('sse', readFileSync(testdata('stream.sse')));
    expectFramePointers(anthropicMessages.stream(prompt, MATCH), frames);
  });
});
