import { jest } from '@jest/globals';

import { MemoryReturn } from './memory-return.ts';

const MIB = 1024 * 1024;
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('memory that is given back', () => {
  it('waits until enough was let go of, and for a quiet moment, and then once', () => {
    jest.useFakeTimers();
    try {
      let collected = 0;
      const memory = new MemoryReturn(() => (collected += 1), 60);
      memory.released(20 * MIB);
      jest.advanceTimersByTime(120);
      expect(collected).toBe(0);
      for (let i = 0; i < 5; i += 1) {
        memory.released(20 * MIB);
        jest.advanceTimersByTime(20);
      }
      expect(collected).toBe(0);
      jest.advanceTimersByTime(40);
      expect(collected).toBe(1);
      memory.released(MIB);
      jest.advanceTimersByTime(120);
      expect(collected).toBe(1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('collects unreferenced buffers', async () => {
    const gone = Array.from({ length: 20 }, () => new WeakRef(Buffer.alloc(4 * MIB, 1)));
    // A job that made a WeakRef keeps what it refers to.
    await pause(1);
    new MemoryReturn(undefined, 10).released(80 * MIB);
    await pause(200);
    expect(gone.filter((buffer) => buffer.deref() !== undefined).length).toBeLessThanOrEqual(1);
  });
});
