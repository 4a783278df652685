import { expect } from '@jest/globals';

import type { Segment } from '../../exchange/index.ts';
import type { Frame, StreamReader } from '../dialect.ts';
import { applyEdits, parseText } from '../json/index.ts';

/**
 * Every pointer leads to its own text: putting the same text back changes nothing (a key stays unique, so it is not
 * put back), and another text changes something.
 */
export function expectPointers(body: string, segments: readonly Pick<Segment, 'pointer' | 'text'>[]): void {
  const original = parseText(body);
  const values = segments.filter(({ pointer }) => !pointer.includes('/~3'));
  const same = values.map(({ pointer, text }) => ({ pointer, replacement: text }));
  expect(parseText(applyEdits(body, same))).toEqual(original);
  for (const { pointer, text } of segments) {
    const changed = applyEdits(body, [{ pointer, replacement: `${text} (redacted)` }]);
    expect(parseText(changed)).not.toEqual(original);
  }
}

/** As `expectPointers`, for the texts, pieces of calls and mirrors of every frame. */
export function expectFramePointers(reader: StreamReader, frames: readonly Frame[]): void {
  for (const frame of frames) {
    const { texts, calls, mirrors } = reader.read(frame);
    const pieces = calls.flatMap((call) =>
      call.pointer === null ? [] : [{ pointer: call.pointer, text: call.arguments }],
    );
    expectPointers(frame.data, [...texts.filter(({ mirror }) => mirror !== true), ...pieces]);
    const mirrored = texts.filter(({ mirror }) => mirror === true).map(({ pointer }) => pointer);
    for (const pointer of [...mirrors, ...mirrored]) {
      expect(() => applyEdits(frame.data, [{ pointer, replacement: null }])).not.toThrow();
    }
  }
}
