import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import type { AppendFile } from './append-file.ts';
import { nodeDisk } from './disk.ts';
import { RESERVE_BYTES, reservedFile } from './reserved-file.ts';
import { WrittenPart } from '../written-part.ts';

let dir = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'reserved-'));
});
afterEach(() => rm(dir, { recursive: true }));

function append(file: AppendFile, data: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    file.append(data, (fault, bytes) => (fault === null ? resolve(bytes) : reject(fault)));
  });
}

async function written(path: string): Promise<{ readonly text: string; readonly beyond: number }> {
  const part = new WrittenPart(path);
  const chunks: Buffer[] = [];
  for await (const chunk of part.chunks()) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString(), beyond: part.beyond };
}

describe('a reserved file', () => {
  it('fails for a disk that refuses zeros for another reason than room', async () => {
    const path = join(dir, 'a');
    const fd = fs.openSync(path, 'wx');
    const file = reservedFile(path, fd);
    fs.closeSync(fd);
    await expect(append(file, Buffer.from('x\n'))).rejects.toThrow('EBADF');
    await expect(append(file, Buffer.from('y\n'))).rejects.toThrow('EBADF');
  });

  it('grows like any other where there is no room for a reserve', async () => {
    const path = join(dir, 'a');
    const program = join(dir, 'write.mjs');
    // A limit of the shell below the reserve: its write is cut short, and so is the second one.
    await writeFile(
      program,
      `process.on('SIGXFSZ', () => undefined);
       const fs = await import('node:fs');
       const ts = (await import(${JSON.stringify(import.meta.resolve('typescript'))})).default;
       const source = fs.readFileSync(${JSON.stringify(join(import.meta.dirname, 'reserved-file.ts'))}, 'utf8');
       const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 };
       fs.writeFileSync(${JSON.stringify(join(dir, 'reserved-file.mjs'))}, ts.transpileModule(source, { compilerOptions: options }).outputText);
       const { reservedFile } = await import(${JSON.stringify(join(dir, 'reserved-file.mjs'))});
       const { O_CREAT, O_DSYNC, O_WRONLY } = fs.constants;
       const file = reservedFile('a', fs.openSync(${JSON.stringify(path)}, O_CREAT | O_WRONLY | O_DSYNC));
       const append = (text) => new Promise((resolve) => file.append(Buffer.from(text), (fault, bytes) => resolve(fault?.code ?? bytes)));
       const results = [];
       for (let at = 0; at < 40; at++) results.push(await append('x'.repeat(4095) + '\\n'));
       await file.close();
       console.log(JSON.stringify([...new Set(results)]));`,
    );
    const answers = execFileSync('bash', ['-c', 'ulimit -f 128; exec "$0" "$1"', process.execPath, program], {
      encoding: 'utf8',
    });
    // 128 KiB fit: 32 appends; the ones after that say why not.
    expect(JSON.parse(answers)).toEqual([4096, 'EFBIG']);
    expect((await stat(path)).size).toBe(128 * 1024);
    expect((await readFile(path)).includes(0)).toBe(false);
  });

  it('keeps zeros ahead while it is open, and none once it is closed', async () => {
    const path = join(dir, 'a');
    const file = await nodeDisk.create(path);
    await append(file, Buffer.from('one\n'));
    await append(file, Buffer.from('two\n'));
    expect(await written(path)).toEqual({ text: 'one\ntwo\n', beyond: 0 });
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n');
  });

  it('contains all appended data in order, whatever the sizes', async () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 2_000 }), fc.integer({ min: 1, max: RESERVE_BYTES + 5 })),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const path = join(dir, 'b');
        const file = await nodeDisk.create(path);
        const pieces = lengths.map((length, at) => Buffer.alloc(length, 97 + (at % 26)));
        for (const piece of pieces) expect(await append(file, piece)).toBe(piece.length);
        expect((await written(path)).text.length).toBe(lengths.reduce((sum, length) => sum + length, 0));
        await file.close();
        expect((await readFile(path)).equals(Buffer.concat(pieces))).toBe(true);
        await rm(path);
      }),
      { numRuns: 25 },
    );
  });
});

describe('the written part of a file', () => {
  it.each([
    ['nothing', '', '', 0],
    ['a file without a reserve', 'a\nb\n', 'a\nb\n', 0],
    ['a reserve', 'a\nb\n\0\0\0', 'a\nb\n', 0],
    ['a line that was cut', 'a\nb\0\0', 'a\nb', 0],
    ['a write of which only the end arrived', 'a\n\0\0\0cd\n\0\0', 'a\n', 3],
    ['nothing but a reserve', '\0\0', '', 0],
  ])('%s', async (_, content, text, beyond) => {
    const path = join(dir, 'c');
    await writeFile(path, content);
    expect(await written(path)).toEqual({ text, beyond });
  });
});
