import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import type { AppendFile } from '../log/file/append-file.ts';
import { Printer } from './printer.ts';
import type { SpooledLine } from './spooled-line.ts';
import { record, shippingLife, type ShippingLife } from './testing/life.ts';
import { spoolOf, temporaryFolder } from './testing/lines.ts';
import { until } from '../../testing/until.ts';

let dir = '';
beforeEach(async () => {
  dir = await temporaryFolder();
});
afterEach(() => rm(dir, { recursive: true }));

/** A reader of standard output that takes what it is told to take. */
class Reader implements AppendFile {
  readonly name = 'stdout';
  /** `stuck`: takes nothing. `part`: ten bytes, and nothing after them. A fault: fails once. */
  mode: 'takes' | 'stuck' | 'part' | Error = 'takes';
  text = '';
  #waiting: (() => void)[] = [];

  append(data: Buffer, done: (fault: Error | null, bytes: number) => void): void {
    const { mode } = this;
    if (mode instanceof Error) {
      this.mode = 'takes';
      this.text += data.subarray(0, 10).toString();
      setImmediate(() => done(mode, 10));
    } else if (mode === 'takes')
      setImmediate(() => {
        this.text += data.toString();
        done(null, data.length);
      });
    else {
      if (mode === 'part') this.text += data.subarray(0, 10).toString();
      this.#waiting.push(() => {
        this.text += data.toString();
        done(null, data.length);
      });
    }
  }

  /** Goes on reading. */
  read(): void {
    this.mode = 'takes';
    for (const take of this.#waiting.splice(0)) take();
  }

  sync(done: (fault: Error | null) => void): void {
    done(null);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Whole lines of the record, each once. */
  get lines(): readonly string[] {
    return [...new Set(this.text.split('\n').filter((line) => line.endsWith('}')))];
  }
}

function live(output: AppendFile, fileBytes?: number): Promise<ShippingLife> {
  return shippingLife(dir, { output }, fileBytes);
}

/** All lines of the record, from the files. */
async function written(): Promise<readonly string[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.replace(/\0+$/, '').split('\n').filter(Boolean));
}

describe('the copy on standard output', () => {
  it('is the record, line for line and in order, over several files', async () => {
    const reader = new Reader();
    const { log, shipping } = await live(reader, 8_000);
    await record(log, 40);
    await log.close();
    expect(await shipping.drain(60_000)).toEqual([]);
    expect(reader.text).toBe(`${(await written()).join('\n')}\n`);
  });

  it('lags behind a stuck reader, which holds up nothing, and says so', async () => {
    const reader = new Reader();
    reader.mode = 'stuck';
    const { log, shipping, unsent } = await live(reader);
    await record(log, 300);
    await until('300 unsent lines', unsent, (places) =>
      places.some(({ endpoint, lines }) => endpoint === 'stdout' && lines > 300),
    );
    expect([shipping.overdue(), log.healthy(), reader.text]).toEqual([false, true, '']);
    reader.read();
    await log.close();
    expect(await shipping.drain(60_000)).toEqual([]);
    expect(reader.lines).toEqual(await written());
  });

  it('goes on after a fault, with the line that it cut printed whole', async () => {
    const reader = new Reader();
    reader.mode = Object.assign(new Error('gone'), { code: 'EPIPE' });
    const { log, shipping, warnings } = await live(reader);
    await until('a warning', () => warnings[0]);
    expect(warnings[0]).toContain('EPIPE');
    await record(log, 3);
    await log.close();
    expect(await shipping.drain(60_000)).toEqual([]);
    expect(reader.lines).toEqual(await written());
  });

  it('has what a killed process did not print, printed by the next one', async () => {
    const first = new Reader();
    const killed = await live(first);
    await record(killed.log, 20);
    await until(
      '21 lines',
      () => first.lines,
      ({ length }) => length > 20,
    );
    first.mode = 'part';
    await record(killed.log, 20);
    await until(
      'a line that is cut',
      () => first.text,
      (text) => !text.endsWith('\n'),
    );
    // What is left of a killed process: files, a cursor, and a line that is cut.
    await killed.log.close();
    expect(await killed.shipping.drain(1)).toHaveLength(1);
    const second = new Reader();
    second.text = first.text;
    const next = await live(second);
    await record(next.log, 5);
    await next.log.close();
    expect(await next.shipping.drain(60_000)).toEqual([]);
    expect(second.lines).toEqual(await written());
    const third = new Reader();
    const last = await live(third);
    await last.log.close();
    await last.shipping.drain(60_000);
    expect(third.lines).toEqual((await written()).filter((line) => line.includes(last.log.origin)));
  });

  it('counts what was pruned before it was printed', async () => {
    const reader = new Reader();
    reader.mode = 'stuck';
    const { log, shipping, unsent } = await live(reader, 8_000);
    await record(log, 60);
    const spool = spoolOf(log);
    // The first file is under way.
    const { file = '', lines = 0 } = spool.files[1] ?? {};
    await rm(join(dir, file));
    spool.removed(file);
    reader.read();
    await until('a count of the pruned lines', unsent, ([place]) => place?.prunedLines === lines);
    await log.close();
    await shipping.drain(60_000);
    expect(reader.lines).toEqual(await written());
  });
});

describe('Printer', () => {
  const line = { text: '{}', origin: 'own' } as SpooledLine;

  it('reports a reader that takes nothing, once', async () => {
    const reader = new Reader();
    reader.mode = 'stuck';
    let told = 0;
    const printer = new Printer({ output: reader, origin: 'own', slow: () => (told += 1), slowMs: 1 });
    const sent = printer.send([line], new AbortController().signal);
    await until('a report', () => told);
    reader.read();
    expect((await sent).result).toBe('delivered');
    await printer.send([line], new AbortController().signal);
    expect([told, reader.text]).toEqual([1, '{}\n{}\n']);
  });
});
