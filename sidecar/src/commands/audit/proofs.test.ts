import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { runs } from '../../detectors/testing/runs.ts';
import { openCommand, proveCommand, verifyCommand } from './commands.ts';
import { BODY, run, TwoExchanges } from './testing/two-exchanges.ts';

const log = new TwoExchanges();
beforeAll(() => log.write());
afterAll(() => log.remove());

describe('prove', () => {
  it('exits 3 for an exchange that is not there', async () => {
    expect(await run((output) => proveCommand(log.source(), 'none', output))).toMatchObject({
      exit: 3,
      out: [],
    });
  });

  async function proofOf(exchange: string): Promise<string> {
    const { exit, out } = await run((output) => proveCommand(log.source(), exchange, output));
    expect(exit).toBe(0);
    return out[0] ?? '';
  }

  async function verifyText(text: string, known = log.keys()): Promise<number> {
    const path = join(log.dir, 'proof.json');
    await writeFile(path, text);
    const options = { keys: known, live: false, json: true };
    const { exit } = await run((output) => verifyCommand(log.source(path), options, output));
    await rm(path);
    return exit;
  }

  it('gives a proof of every record that verify takes without the log', async () => {
    const text = await proofOf('one');
    expect((JSON.parse(text) as { readonly segments: unknown[] }).segments).toHaveLength(2);
    expect(await verifyText(text)).toBe(0);
    expect(await verifyText(text, [])).toBe(4);
  });

  it('never passes when a byte of the proof changes', async () => {
    const bytes = Buffer.from(await proofOf('two'));
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect(await verifyText(changed.toString())).not.toBe(0);
      }),
      { numRuns: runs(60) },
    );
  });

  it('never passes for another exchange', async () => {
    const text = (await proofOf('two')).replace('"exchange":"two"', '"exchange":"one"');
    expect(await verifyText(text)).toBe(1);
  });
});

describe('open', () => {
  const wanted = async (
    body: string,
    changes: { exchange?: string; part?: 'request' | 'response'; keyFile?: string } = {},
  ): Promise<{ readonly exit: number; readonly out: readonly string[] }> => {
    const bodyFile = join(log.dir, 'body');
    await writeFile(bodyFile, body);
    const all = {
      exchange: 'one',
      part: 'request' as const,
      bodyFile,
      keyFile: join(log.dir, 'commitment.key'),
      ...changes,
    };
    const result = await run((output) => openCommand(log.source(), all, true, output));
    await rm(bodyFile);
    return result;
  };

  it('knows the body by its commitment, and gives away the one nonce that shows it', async () => {
    const { exit, out } = await wanted(BODY);
    expect(exit).toBe(0);
    const { commitment, nonce } = JSON.parse(out[0] ?? '') as {
      readonly commitment: string;
      readonly nonce: string;
    };
    expect(createHmac('sha256', Buffer.from(nonce, 'hex')).update(BODY).digest('hex')).toBe(commitment);
  });

  it.each<[string, string, Parameters<typeof wanted>[1], number]>([
    ['another body', BODY + ' ', {}, 1],
    ['an exchange without a commitment', BODY, { exchange: 'two' }, 3],
    ['a part without one', BODY, { part: 'response' }, 3],
  ])('%s', async (_name, body, changes, exit) => {
    expect((await wanted(body, changes)).exit).toBe(exit);
  });

  it('reports another key', async () => {
    const keyFile = join(log.dir, 'other.key');
    await writeFile(keyFile, 'ab'.repeat(32));
    expect((await wanted(BODY, { keyFile })).exit).toBe(3);
    await rm(keyFile);
  });
});

describe('verify', () => {
  it('prints its findings, for people and for programs', async () => {
    const options = { keys: log.keys(), live: false };
    const text = await run((output) => verifyCommand(log.source(), { ...options, json: false }, output));
    const json = await run((output) => verifyCommand(log.source(), { ...options, json: true }, output));
    expect(text.out[0]?.split('\n').at(-1)).toBe('verified');
    expect(JSON.parse(json.out[0] ?? '')).toMatchObject({ exit: 0, logs: [{ records: 3 }] });
  });

  it('says of another file that it is no audit log, in one line, and does not call it verified', async () => {
    const other = await mkdtemp(join(tmpdir(), 'no-audit-log-'));
    const path = join(other, 'readme.md');
    await writeFile(path, '# A heading\n\nand two lines\n');
    const options = { keys: [], live: false, json: false };
    const { out, exit } = await run((output) => verifyCommand(log.source(path), options, output));
    const lines = out.join('\n').split('\n');
    expect(lines.filter((line) => line.startsWith('tampered: '))).toEqual([
      `tampered: ${path}: is not an audit log, or all of its 3 lines were changed`,
    ]);
    expect(lines.at(-1)).toBe('NOT AN AUDIT LOG');
    // Nothing of keys and seals, which it has not.
    expect(lines.filter((line) => line !== '')).toHaveLength(2);
    expect(exit).toBe(1);
    await rm(other, { recursive: true });
  });

  it('finds the log in a copy of standard output', async () => {
    const name = (await readdir(log.dir)).find((entry) => entry.endsWith('.jsonl')) ?? '';
    const copy = join(log.dir, 'copy.log');
    await writeFile(copy, `{"level":"info"}\n${await readFile(join(log.dir, name), 'utf8')}`);
    const options = { keys: log.keys(), live: false, json: true };
    const { exit } = await run((output) =>
      verifyCommand({ paths: [], fromLog: copy, fromOtlp: [] }, options, output),
    );
    await rm(copy);
    expect(exit).toBe(0);
  });
});
