import { readFileSync } from 'node:fs';

import { parseJson } from '../json/index.ts';
import { collectWire, everyCut } from '../testing/collected.ts';
import { expectGolden } from '../testing/golden.ts';
import { expectPointers } from '../testing/pointers.ts';
import { openaiChat } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
function testdata(name: string): URL {
  return new URL(`testdata/${name}`, import.meta.url);
}
const request = parseJson(readFileSync(testdata('request.json')));
const prompt = openaiChat.prompt(request.value, MATCH);

describe('goldens', () => {
  it('a conversation', () => {
    expectGolden(testdata('request.golden.json'), prompt);
    expectPointers(request.text, prompt.segments);
  });

  it.each(['\r\n', '\r'])('reads the same with the line ends %j', (end) => {
    const wire = readFileSync(testdata('stream.sse'), 'utf8');
    const read = (text: string): unknown =>
      collectWire('sse', openaiChat.stream(prompt, MATCH), Buffer.from(text), []);
    expect(read(wire.replaceAll('\n', end))).toEqual(read(wire));
  });

  it('a streamed reply, cut at every byte', () => {
    const wire = readFileSync(testdata('stream.sse'));
    const whole = collectWire('sse', openaiChat.stream(prompt, MATCH), wire, []);
    expectGolden(testdata('stream.golden.json'), whole);
    for (const cuts of everyCut(wire.length)) {
      expect(collectWire('sse', openaiChat.stream(prompt, MATCH), wire, cuts)).toEqual(whole);
    }
  });
});
