import { ReferenceMemory } from './reference-memory.ts';

const HOUR = 3_600_000;

const CLEAN = { tainted: false, isPrivate: false };
const TAINTED = { tainted: true, isPrivate: false };

describe('the memory of references', () => {
  it('does not know values of another scope, or unseen ones', () => {
    const memory = new ReferenceMemory();
    memory.keep(memory.keyOf('a 10.0.0.1', 'resp_1'), CLEAN, 0);
    expect(memory.recall(memory.keyOf('a 10.0.0.1', 'resp_2'), 1)).toBeNull();
    expect(memory.recall(memory.keyOf('a 10.0.0.2', 'resp_1'), 1)).toBeNull();
    expect(memory.recall(memory.keyOf('a 10.0.0.1r', 'esp_1'), 1)).toBeNull();
    expect(memory.recall(memory.keyOf('a 10.0.0.1', 'resp_1'), 1)).toMatchObject({
      tainted: false,
      isPrivate: false,
    });
  });

  it('has keys that cannot be made outside of the process', () => {
    expect(new ReferenceMemory().keyOf('a', 'resp_1')).not.toBe(new ReferenceMemory().keyOf('a', 'resp_1'));
  });

  it('forgets after 24 hours without a sign of the value', () => {
    const memory = new ReferenceMemory();
    memory.keep('key', CLEAN, 0);
    expect(memory.recall('key', 24 * HOUR)).toBeNull();
    memory.keep('key', CLEAN, 23 * HOUR);
    expect(memory.recall('key', 46 * HOUR)).not.toBeNull();
    expect(memory.recall('key', 47 * HOUR)).toBeNull();
  });

  it('forgets the oldest beyond its bound', () => {
    const memory = new ReferenceMemory(2);
    for (const key of ['first', 'second', 'first', 'third']) memory.keep(key, CLEAN, 0);
    expect(memory.recall('second', 1)).toBeNull();
    expect(memory.recall('first', 1)).not.toBeNull();
    expect(memory.recall('third', 1)).not.toBeNull();
  });

  it('has room for 65,536 values', () => {
    const memory = new ReferenceMemory();
    for (let index = 0; index <= 65_536; index++) memory.keep(`key ${index}`, CLEAN, 0);
    expect(memory.recall('key 0', 1)).toBeNull();
    expect(memory.recall('key 1', 1)).not.toBeNull();
  });

  it('never takes taint back', () => {
    const memory = new ReferenceMemory();
    memory.keep('key', TAINTED, 0);
    memory.keep('key', CLEAN, 1);
    expect(memory.recall('key', 2)).toMatchObject({ tainted: true, isPrivate: false });
  });
});
