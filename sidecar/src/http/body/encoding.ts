import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  type BrotliDecompress,
  type Gunzip,
  type Inflate,
  type InflateRaw,
} from 'node:zlib';
import { BodyError } from './body-error.ts';
import type { Decoder, Room } from './decoder.ts';
import { ZstdStage } from './zstd.ts';

type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** RFC 9110 §8.4.1. */
const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  zstd: 'zstd',
};

/**
 * @param contentEncoding the header's value; undefined or `identity`: bytes pass through, counted
 * @param limitBytes of all output together
 * @param room asked for every piece of output; false ends the decoding with `overloaded`
 * @throws BodyError `unsupported_encoding`
 */
export function createDecoder(
  contentEncoding: string | undefined,
  limitBytes: number,
  room: Room = () => true,
): Decoder {
  const coding = codingOf(contentEncoding);
  return coding === null ? new Counted(limitBytes) : stageOf(coding, limitBytes, room);
}

/** A whole body at once. An empty body is empty in every coding. @throws BodyError (as a rejection) */
export async function decodeWhole(
  body: Buffer,
  contentEncoding: string,
  limitBytes: number,
  room: Room = () => true,
): Promise<Buffer> {
  const decoder = createDecoder(contentEncoding, limitBytes, room);
  try {
    const head = await decoder.push(body);
    return Buffer.concat([...head, ...(await decoder.end())]);
  } finally {
    decoder.destroy();
  }
}

/** Null: identity. No client stacks codings, and each of them multiplies the work that a small body can cause. */
function codingOf(header: string | undefined): Coding | null {
  let found: Coding | null = null;
  for (const token of (header ?? '').split(',')) {
    const name = token.trim().toLowerCase();
    if (name === '' || name === 'identity') continue;
    const coding = Object.hasOwn(CODINGS, name) ? CODINGS[name] : undefined;
    if (coding === undefined || found !== null) throw new BodyError('unsupported_encoding');
    found = coding;
  }
  return found;
}

function stageOf(coding: Coding, limitBytes: number, room: Room): Decoder {
  switch (coding) {
    case 'gzip':
      return new ZlibStage(createGunzip(), limitBytes, room);
    case 'deflate':
      return new DeflateStage(limitBytes, room);
    case 'br':
      return new ZlibStage(
        createBrotliDecompress({
          params: { [constants.BROTLI_DECODER_PARAM_LARGE_WINDOW]: 0 },
        }),
        limitBytes,
        room,
      );
    case 'zstd':
      return new ZstdStage(limitBytes, room);
  }
}

class Counted implements Decoder {
  readonly #limit: number;
  #total = 0;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  push(chunk: Buffer): Promise<Buffer[]> {
    this.#total += chunk.length;
    if (this.#total > this.#limit) return Promise.reject(new BodyError('too_large'));
    return Promise.resolve([chunk]);
  }

  end(): Promise<Buffer[]> {
    return Promise.resolve([]);
  }

  destroy(): void {
    // Holds nothing.
  }
}

type Inflater = Gunzip | Inflate | InflateRaw | BrotliDecompress;

interface Waiting {
  readonly resolve: (chunks: Buffer[]) => void;
  readonly reject: (error: BodyError) => void;
}

class ZlibStage implements Decoder {
  readonly #stream: Inflater;
  #out: Buffer[] = [];
  #total = 0;
  #fed = false;
  #ending = false;
  #failure: BodyError | null = null;
  #waiting: Waiting | null = null;

  constructor(stream: Inflater, limitBytes: number, room: Room) {
    this.#stream = stream;
    stream.on('data', (chunk: Buffer) => {
      this.#total += chunk.length;
      if (this.#total > limitBytes) this.#fail(new BodyError('too_large'));
      else if (!room(chunk.length)) this.#fail(new BodyError('overloaded'));
      else if (this.#failure === null) this.#out.push(chunk);
    });
    stream.on('error', (error) => this.#fail(new BodyError('malformed_encoding', error)));
    stream.on('end', () => {
      if (this.#ending) this.#settle();
      // The coded data ended before the body: two readers could disagree on the rest.
      else this.#fail(new BodyError('malformed_encoding'));
    });
  }

  push(chunk: Buffer): Promise<Buffer[]> {
    if (chunk.length === 0 && this.#failure === null) return Promise.resolve([]);
    this.#fed = true;
    return this.#wait(() => this.#stream.write(chunk, () => this.#written()));
  }

  end(): Promise<Buffer[]> {
    if (!this.#fed && this.#failure === null) {
      this.destroy();
      return Promise.resolve([]);
    }
    this.#ending = true;
    return this.#wait(() => this.#stream.end());
  }

  destroy(): void {
    this.#stream.destroy();
  }

  #wait(start: () => void): Promise<Buffer[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      start();
    });
  }

  #written(): void {
    // Emits the bytes that the stream decoded and has not emitted, through the `data` listener.
    while (this.#failure === null && this.#stream.read() !== null);
    this.#settle();
  }

  #settle(): void {
    const out = this.#out;
    this.#out = [];
    this.#waiting?.resolve(out);
    this.#waiting = null;
  }

  #fail(error: BodyError): void {
    this.#failure ??= error;
    this.#out = [];
    this.#stream.destroy();
    this.#waiting?.reject(this.#failure);
    this.#waiting = null;
  }
}

/** `deflate` is the zlib format (RFC 1950), but many senders use the raw one (RFC 1951): the first bytes tell. */
class DeflateStage implements Decoder {
  readonly #limit: number;
  readonly #room: Room;
  #head = Buffer.alloc(0);
  #stage: ZlibStage | null = null;

  constructor(limitBytes: number, room: Room) {
    this.#limit = limitBytes;
    this.#room = room;
  }

  push(chunk: Buffer): Promise<Buffer[]> {
    if (this.#stage !== null) return this.#stage.push(chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length < 2) return Promise.resolve([]);
    return this.#open().push(this.#head);
  }

  async end(): Promise<Buffer[]> {
    if (this.#stage !== null) return this.#stage.end();
    if (this.#head.length === 0) return [];
    const stage = this.#open();
    return [...(await stage.push(this.#head)), ...(await stage.end())];
  }

  destroy(): void {
    this.#stage?.destroy();
  }

  #open(): ZlibStage {
    // RFC 1950 §2.2: method 8, and the first two bytes are a multiple of 31.
    const [cmf = 0, flg = 0] = this.#head;
    const zlib = (cmf & 0x0f) === 8 && ((cmf << 8) | flg) % 31 === 0;
    this.#stage = new ZlibStage(zlib ? createInflate() : createInflateRaw(), this.#limit, this.#room);
    return this.#stage;
  }
}
