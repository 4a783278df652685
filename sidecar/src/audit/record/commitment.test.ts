import { createHmac } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { commitmentKeyIn, createCommitments, readKey } from './commitment.ts';

const KEY = Buffer.alloc(32, 7);

describe('createCommitments', () => {
  it.each([0, 31, 33])('does not take a key of %i bytes', (length) => {
    expect(() => createCommitments(Buffer.alloc(length))).toThrow('32 bytes');
  });

  it('gives every body of every exchange a commitment of its own, the same one each time', () => {
    const commitments = createCommitments(KEY);
    const all = [
      commitments.commit('one', 'request', 'yes'),
      commitments.commit('one', 'response', 'yes'),
      commitments.commit('two', 'request', 'yes'),
      createCommitments(Buffer.alloc(32, 8)).commit('one', 'request', 'yes'),
    ];
    expect(new Set(all.map((made) => made.commitment)).size).toBe(4);
    expect(new Set(all.map((made) => made.nonce)).size).toBe(4);
    expect(commitments.commit('one', 'request', Buffer.from('yes'))).toEqual(all[0]);
  });

  it('matches the guide', () => {
    const { commitment, nonce } = createCommitments(KEY).commit('one', 'request', 'body');
    const expected = createHmac('sha256', KEY).update('llm-boundary commitment v1\none\nrequest\n').digest();
    expect(nonce).toBe(expected.toString('hex'));
    expect(commitment).toBe(createHmac('sha256', expected).update('body').digest('hex'));
  });

  it('commits to a body in pieces as to a whole one', () => {
    const commitments = createCommitments(KEY);
    const open = commitments.begin('one', 'response');
    for (const piece of ['a', Buffer.from('b'), 'c']) open.update(piece);
    expect(open.digest()).toBe(commitments.commit('one', 'response', 'abc').commitment);
  });
});

describe('a commitment key on disk', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'commitment-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it.each(['', 'ab', 'g'.repeat(64), 'AB'.repeat(32), `${'ab'.repeat(32)}\n\n`])(
    '%j is none',
    async (text) => {
      const path = join(dir, 'key');
      await writeFile(path, text);
      await expect(readKey(path)).rejects.toThrow(`${path}: a key is 64`);
    },
  );

  it('is made once, for the owner alone', async () => {
    const first = await commitmentKeyIn(dir);
    expect(await commitmentKeyIn(dir)).toEqual(first);
    const path = join(dir, 'commitment.key');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, 'latin1')).toBe(`${Buffer.from(first).toString('hex')}\n`);
  });
});
