import fc from 'fast-check';

import { windowsOf } from './windows.ts';

describe('windows of a text', () => {
  it('are the text itself where it fits', () => {
    expect([...windowsOf('', 64)]).toEqual(['']);
    expect([...windowsOf('é'.repeat(32), 64)]).toEqual(['é'.repeat(32)]);
  });

  it('end at white space where there is some near the end', () => {
    expect([...windowsOf(`${'a'.repeat(60)} ${'b'.repeat(20)}`, 64)][0]).toBe('a'.repeat(60));
  });

  it('cover it all, overlap, fit, and cut no character', () => {
    const unit = fc.constantFrom('a', ' ', 'é', '中', '😀', '\n');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 400 }), fc.integer({ min: 64, max: 200 }), (text, bytes) => {
        let covered = 0;
        for (const window of windowsOf(text, bytes)) {
          expect(Buffer.byteLength(window)).toBeLessThanOrEqual(bytes);
          expect(window.isWellFormed()).toBe(true);
          const at = text.lastIndexOf(window, covered);
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(covered);
          covered = Math.max(covered, at + window.length);
        }
        expect(covered).toBe(text.length);
      }),
    );
  });
});
