import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ApiKeys } from '../../callers/api-key.ts';
import { runCallersCommand } from './command.ts';

async function run(...argv: readonly string[]): Promise<{ status: number; out: string; err: string }> {
  let [out, err] = ['', ''];
  const status = await runCallersCommand(argv, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: {},
  });
  return { status, out, err };
}

describe('callers key', () => {
  it.each<readonly [string, readonly string[], string]>([
    ['no command', [], 'no command given'],
    ['another command', ['token'], '"token": unknown command'],
    ['no subject', ['key'], '--subject'],
    ['an empty group', ['key', '--subject', 'a', '--group', ''], 'expected NAME'],
    ['a long subject', ['key', '--subject', 'a'.repeat(257)], 'expected 1 to 256 characters'],
    ['no days', ['key', '--subject', 'a', '--days', '0'], '--days'],
  ])('refuses %s', async (_, argv, message) => {
    const { status, out, err } = await run(...argv);
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('prints a key and the entry that verifies it', async () => {
    const { status, out } = await run('key', '--subject', 'desk', '--group', 'support', '--group', 'eu');
    const [apiKey = '', line = ''] = out.split('\n');
    expect(status).toBe(0);
    expect(line).not.toContain(apiKey);
    const keys = new ApiKeys('f', line);
    expect(keys.identityOf(apiKey, Date.now())).toMatchObject({ subject: 'desk', groups: ['support', 'eu'] });
    expect(keys.identityOf(apiKey, Date.now() + 91 * 86_400_000)).toBe('key_expired');
  });

  it('adds entries to a file that only its owner can read', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'keys-'));
    const file = join(dir, 'desk.keys');
    const made = [
      await run('key', '--subject', 'a', '--file', file),
      await run('key', '--subject', 'b', '--file', file),
    ];
    const text = await readFile(file, 'utf8');
    const keys = new ApiKeys('f', text);
    expect(made.map(({ out }) => keys.identityOf(out.trim(), Date.now()))).toMatchObject([
      { subject: 'a' },
      { subject: 'b' },
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(dir, { recursive: true });
  });
});
