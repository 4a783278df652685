import { describe, expect, it } from '@jest/globals';

import type { Frame } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { collect } from '../testing/collected.ts';
import { candidate, frame, stream } from '../testing/gemini.ts';

describe('a call in pieces', () => {
  const pieces = (...calls: readonly JsonObject[]): readonly Frame[] =>
    calls.map((functionCall) => frame(candidate(0, { functionCall })));

  it('is one call, judged when its last piece is there, and its strings are running texts', () => {
    const collected = collect(
      stream(),
      pieces(
        { name: 'send', willContinue: true },
        { partialArgs: [{ jsonPath: '$.to', stringValue: 'an', willContinue: true }], willContinue: true },
        {
          partialArgs: [
            { jsonPath: '$.to', stringValue: 'na' },
            { json_path: '$.list[0].n', number_value: 1 },
            { jsonPath: "$['list'][1]", boolValue: false },
            { jsonPath: '$.none', nullValue: 'NULL_VALUE' },
          ],
          will_continue: true,
        },
        {},
      ),
    );
    expect(collected.calls).toEqual({
      'candidates/0/calls/0': 'send {"to":"anna","list":[{"n":1},false],"none":null}',
    });
    expect(collected.texts).toEqual({ 'candidates/0/calls/0/$.to': 'anna' });
    expect(collected.complete).toBe(true);
  });

  it('may come in one chunk, with its name each time, and be followed by another', () => {
    const { calls, complete } = collect(
      stream(),
      pieces(
        { name: 'f', partialArgs: [{ jsonPath: '$.__proto__', stringValue: 'x' }] },
        { name: 'f', willContinue: true },
        { name: 'f' },
        { name: 'g', args: {} },
      ),
    );
    expect(calls).toEqual({
      'candidates/0/calls/0': 'f {"__proto__":"x"}',
      'candidates/0/calls/1': 'f {}',
      'candidates/0/calls/2': 'g {}',
    });
    expect(complete).toBe(true);
  });

  it('is in doubt where the stream ends while it goes on', () => {
    const reader = stream();
    collect(reader, pieces({ name: 'f', willContinue: true }));
    expect(reader.complete()).toBe(true);
    expect(reader.rest?.()?.calls).toMatchObject([{ whole: true, uncertain: true }]);
  });
});
