import { readFileSync } from 'node:fs';
import { brotliCompressSync, constants, createGzip, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { BodyError } from './body-error.ts';
import { createDecoder, decodeWhole } from './encoding.ts';

const LIMIT = 1024 * 1024;
function fixture(name: string): Buffer {
  return readFileSync(new URL(`./testdata/${name}`, import.meta.url));
}

const SMALL = Array.from(
  { length: 12 },
  (_, i) => `data: {"n":${i},"text":"chunk ${(i * 7919) % 1000} of a reply"}\n\n`,
).join('');

function large(): string {
  let text = '';
  let x = 1;
  for (let i = 0; i < 9000; i += 1) {
    x = (x * 1103515245 + 12345) % 2147483648;
    text += `line ${i} ${x % 97} of a longer text\n`;
  }
  return text;
}

/** Every coding and variant that is read, with what it holds. */
const GOOD: readonly (readonly [name: string, encoding: string, bytes: Buffer])[] = [
  ['identity', 'identity', Buffer.from(SMALL)],
  ['gzip', 'gzip', gzipSync(SMALL)],
  ['x-gzip', 'X-GZIP', gzipSync(SMALL)],
  ['gzip in two members', 'gzip', Buffer.concat([gzipSync(SMALL.slice(0, 99)), gzipSync(SMALL.slice(99))])],
  ['gzip stored', 'gzip', gzipSync(SMALL, { level: 0 })],
  ['deflate', 'deflate', deflateSync(SMALL)],
  ['raw deflate', 'deflate', deflateRawSync(SMALL)],
  ['br', 'br', brotliCompressSync(SMALL)],
  ['zstd with its size', 'zstd', fixture('small.zst')],
  ['zstd streamed with a checksum', 'zstd', fixture('small-streamed-checked.zst')],
  ['zstd in frames, one to skip', 'zstd', fixture('small-frames.zst')],
  ['zstd beside identity', 'zstd,,identity', fixture('small.zst')],
];

async function inPieces(encoding: string, pieces: readonly Buffer[], limit = LIMIT): Promise<string> {
  const decoder = createDecoder(encoding, limit);
  try {
    const out: Buffer[] = [];
    for (const piece of pieces) out.push(...(await decoder.push(piece)));
    out.push(...(await decoder.end()));
    return Buffer.concat(out).toString();
  } finally {
    decoder.destroy();
  }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'decoded';
  } catch (error) {
    return error instanceof BodyError ? error.code : String(error);
  }
}

function frame(window: number, ...blocks: readonly number[][]): Buffer {
  return Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, window, ...blocks.flat()]);
}
const LAST_EMPTY = [1, 0, 0];
/** 8 MiB. */
const BIG_WINDOW = 0x68;

describe('content codings', () => {
  it.each([
    ['compress'],
    ['gzip;q=1'],
    ['gzip gzip'],
    ['aes128gcm'],
    ['gzip, br'],
    ['zstd,,identity,gzip'],
    ['gzip, gzip, gzip'],
    ['br, identity, gzip, zstd'],
    ['__proto__'],
    ['constructor'],
  ])('%s is not read', async (encoding) => {
    expect(await codeOf(decodeWhole(Buffer.from('x'), encoding, LIMIT))).toBe('unsupported_encoding');
  });

  it.each(GOOD.slice(1))('%s cut short anywhere is malformed', async (_name, encoding, bytes) => {
    for (let length = 1; length < bytes.length; length += 1) {
      const code = await codeOf(decodeWhole(bytes.subarray(0, length), encoding, LIMIT));
      // Between two members or frames the body is whole.
      if (code === 'decoded') expect(encoding === 'gzip' || encoding === 'zstd').toBe(true);
      else expect(code).toBe('malformed_encoding');
    }
  });

  it.each(GOOD.slice(1))('%s with something behind it is malformed', async (_name, encoding, bytes) => {
    const longer = Buffer.concat([bytes, Buffer.from('{"smuggled":true}')]);
    expect(await codeOf(decodeWhole(longer, encoding, LIMIT))).toBe('malformed_encoding');
    expect(await codeOf(inPieces(encoding, [bytes, Buffer.from('{}')]))).toBe('malformed_encoding');
  });

  it.each([
    ['gzip', Buffer.from('plain')],
    ['deflate', Buffer.from([0xff, 0xff, 0xff])],
    ['br', Buffer.from([0xff, 0xff, 0xff, 0xff])],
    ['zstd', Buffer.from('plain text')],
    ['gzip', brotliCompressSync(SMALL)],
  ])('%s that is something else is malformed', async (encoding, bytes) => {
    expect(await codeOf(decodeWhole(bytes, encoding, LIMIT))).toBe('malformed_encoding');
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(30_000_000))],
    ['deflate', deflateSync(Buffer.alloc(30_000_000))],
    ['deflate', deflateRawSync(Buffer.alloc(30_000_000))],
    ['br', brotliCompressSync(Buffer.alloc(30_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } })],
    ['zstd', fixture('zeros.zst')],
    ['identity', Buffer.alloc(LIMIT + 1)],
  ])('%s over the limit is refused after the limit', async (encoding, bytes) => {
    const before = process.memoryUsage().arrayBuffers;
    expect(await codeOf(decodeWhole(bytes, encoding, LIMIT))).toBe('too_large');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * LIMIT);
  });

  it.each([
    ['a window of 128 MiB', fixture('small-long-window.zst'), 'malformed_encoding'],
    [
      'a size over the limit',
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0xff, 0xff, 0xff, 0x7f]),
      'too_large',
    ],
    ['a dictionary', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x01, 0x00, 0x05]), 'malformed_encoding'],
    ['a reserved block', frame(0, [0x07, 0, 0]), 'malformed_encoding'],
    ['a block over 128 KiB', frame(BIG_WINDOW, [0x03, 0xff, 0xff, 0x41]), 'malformed_encoding'],
    [
      'many frames with large windows',
      Buffer.concat(Array.from({ length: 2000 }, () => frame(BIG_WINDOW, LAST_EMPTY))),
      'too_large',
    ],
    [
      'many blocks in a large window',
      frame(BIG_WINDOW, ...Array.from({ length: 2000 }, () => [0x0a, 0, 0, 0x41])),
      'too_large',
    ],
  ])('zstd with %s is refused before it costs anything', async (_name, bytes, code) => {
    expect(await codeOf(decodeWhole(bytes, 'zstd', LIMIT))).toBe(code);
  });

  it.each(['gzip', 'deflate', 'br', 'zstd'])('an empty body is empty in %s', async (encoding) => {
    expect(await inPieces(encoding, [])).toBe('');
    expect((await decodeWhole(Buffer.alloc(0), encoding, LIMIT)).length).toBe(0);
  });

  it.each(GOOD)('%s is read whole', async (_name, encoding, bytes) => {
    expect((await decodeWhole(bytes, encoding, LIMIT)).toString()).toBe(SMALL);
  });

  it.each(GOOD)('%s cut in two at each byte is the same', async (_name, encoding, bytes) => {
    for (let at = 0; at <= bytes.length; at += 1) {
      expect(await inPieces(encoding, [bytes.subarray(0, at), bytes.subarray(at)])).toBe(SMALL);
    }
  });

  it.each(GOOD)('%s byte by byte is the same', async (_name, encoding, bytes) => {
    expect(
      await inPieces(
        encoding,
        Array.from(bytes, (byte) => Buffer.from([byte])),
      ),
    ).toBe(SMALL);
  });

  it('many blocks are read, in any cut', async () => {
    const bytes = fixture('large-streamed.zst');
    const text = large();
    expect((await decodeWhole(bytes, 'zstd', LIMIT)).toString()).toBe(text);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const sorted = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const pieces = sorted.slice(1).map((to, i) => bytes.subarray(sorted[i], to));
        expect((await inPieces('zstd', pieces)) === text).toBe(true);
      }),
      { numRuns: 20 },
    );
  });

  it('flushed data of a stream is released at once', async () => {
    const gzip = createGzip();
    const decoder = createDecoder('gzip', LIMIT);
    for (const event of ['data: one\n\n', 'data: two\n\n']) {
      const flushed = new Promise<void>((resolve) => {
        gzip.write(event);
        gzip.flush(constants.Z_SYNC_FLUSH, resolve);
      });
      await flushed;
      const coded = gzip.read() as Buffer;
      expect(Buffer.concat(await decoder.push(coded)).toString()).toBe(event);
    }
    decoder.destroy();
  });

  it('after a failure nothing more is decoded', async () => {
    const decoder = createDecoder('gzip', LIMIT);
    expect(await codeOf(decoder.push(Buffer.from('rubbish')))).toBe('malformed_encoding');
    expect(await codeOf(decoder.push(gzipSync('fine')))).toBe('malformed_encoding');
    expect(await codeOf(decoder.end())).toBe('malformed_encoding');
  });
});
