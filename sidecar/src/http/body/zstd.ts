import { Decompress } from 'fzstd';
import { BodyError } from './body-error.ts';
import type { Decoder, Room } from './decoder.ts';

/** RFC 8878 §3.1.1.1.2 requires decoders to support 8 MiB; larger windows only serve to exhaust memory. */
const MAX_WINDOW = 8 * 1024 * 1024;
/** RFC 8878 §3.1.1.2.4. */
const MAX_BLOCK = 128 * 1024;
/**
 * The decoder moves its whole window for each block and clears a new one for each frame, however small. This limits the moved bytes of one
 * body: about half a second of one core.
 */
const MAX_MOVED_BYTES = 2 * 1024 * 1024 * 1024;
const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;

/** Zstandard (RFC 8878) on a decoder that does not validate its input: `FrameWalk` checks every byte first. */
export class ZstdStage implements Decoder {
  readonly #walk: FrameWalk;
  readonly #decoder: Decompress;
  readonly #limit: number;
  #out: Buffer[] = [];
  #total = 0;
  #failure: BodyError | null = null;

  constructor(limitBytes: number, room: Room) {
    this.#limit = limitBytes;
    this.#walk = new FrameWalk(limitBytes);
    this.#decoder = new Decompress((chunk) => {
      this.#total += chunk.length;
      if (this.#total > this.#limit) throw new BodyError('too_large');
      if (!room(chunk.length)) throw new BodyError('overloaded');
      // A copy: the decoder reuses its output buffer.
      if (chunk.length > 0) this.#out.push(Buffer.from(chunk));
    });
  }

  push(chunk: Buffer): Promise<Buffer[]> {
    return this.#run(() => {
      this.#walk.feed(chunk);
      this.#decoder.push(chunk, false);
    });
  }

  end(): Promise<Buffer[]> {
    return this.#run(() => {
      if (!this.#walk.fed) return;
      if (!this.#walk.complete) throw new BodyError('malformed_encoding');
      this.#decoder.push(new Uint8Array(0), true);
    });
  }

  destroy(): void {
    this.#out = [];
  }

  #run(step: () => void): Promise<Buffer[]> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    try {
      step();
    } catch (error) {
      this.#failure = error instanceof BodyError ? error : new BodyError('malformed_encoding', error);
      this.#out = [];
      return Promise.reject(this.#failure);
    }
    const out = this.#out;
    this.#out = [];
    return Promise.resolve(out);
  }
}

type Step = 'magic' | 'skip-size' | 'descriptor' | 'header' | 'block' | 'checksum';

/** Follows the frames without decoding them and throws on unreasonable ones. */
class FrameWalk {
  readonly #limit: number;
  #step: Step = 'magic';
  /** Bytes of the present field, little-endian, at most 14. */
  #field: number[] = [];
  #need = 4;
  /** Bytes to skip. */
  #skip = 0;
  #descriptor = 0;
  #window = 0;
  #last = false;
  #moved = 0;
  fed = false;

  constructor(limitBytes: number) {
    this.#limit = limitBytes;
  }

  /** True between two frames. */
  get complete(): boolean {
    return this.#step === 'magic' && this.#field.length === 0 && this.#skip === 0;
  }

  feed(chunk: Uint8Array): void {
    let at = 0;
    while (at < chunk.length) {
      this.fed = true;
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, chunk.length - at);
        this.#skip -= passed;
        at += passed;
        continue;
      }
      this.#field.push(chunk[at] ?? 0);
      at += 1;
      if (this.#field.length === this.#need) this.#advance();
    }
  }

  #advance(): void {
    const field = this.#field;
    this.#field = [];
    switch (this.#step) {
      case 'magic': {
        this.#magic(little(field, 0, 4));
        return;
      }
      case 'skip-size':
        this.#skip = little(field, 0, 4);
        {
          this.#expect('magic', 4);
          return;
        }
      case 'descriptor': {
        this.#describe(field[0] ?? 0);
        return;
      }
      case 'header': {
        this.#header(field);
        return;
      }
      case 'block': {
        this.#block(little(field, 0, 3));
        return;
      }
      case 'checksum': {
        this.#expect('magic', 4);
        return;
      }
    }
  }

  #expect(step: Step, need: number): void {
    this.#step = step;
    this.#need = need;
  }

  #magic(value: number): void {
    if (value === MAGIC) {
      this.#expect('descriptor', 1);
      return;
    }
    if ((value & 0xfffffff0) === SKIPPABLE) {
      this.#expect('skip-size', 4);
      return;
    }
    throw new BodyError('malformed_encoding');
  }

  #describe(descriptor: number): void {
    this.#descriptor = descriptor;
    // A dictionary, which only the sender has, or the reserved bit.
    if ((descriptor & 0b1011) !== 0) throw new BodyError('malformed_encoding');
    const need = (this.#single ? 0 : 1) + this.#sizeBytes;
    if (need === 0) throw new BodyError('malformed_encoding');
    this.#expect('header', need);
  }

  get #single(): boolean {
    return (this.#descriptor & 0x20) !== 0;
  }

  get #sizeBytes(): number {
    const flag = this.#descriptor >> 6;
    return flag === 0 ? (this.#single ? 1 : 0) : 2 ** flag;
  }

  #header(field: readonly number[]): void {
    const sizeAt = this.#single ? 0 : 1;
    const bytes = this.#sizeBytes;
    const size = bytes === 0 ? null : little(field, sizeAt, bytes) + (bytes === 2 ? 256 : 0);
    if (size !== null && size > this.#limit) throw new BodyError('too_large');
    const [exponentAndMantissa = 0] = field;
    const base = 2 ** (10 + (exponentAndMantissa >> 3));
    this.#window = this.#single ? (size ?? 0) : base + (base / 8) * (exponentAndMantissa & 7);
    if (this.#window > Math.max(MAX_WINDOW, this.#single ? this.#limit : 0)) {
      throw new BodyError('malformed_encoding');
    }
    this.#charge();
    this.#expect('block', 3);
  }

  #block(header: number): void {
    this.#last = (header & 1) === 1;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (type === 3 || size > MAX_BLOCK) throw new BodyError('malformed_encoding');
    this.#charge();
    // Type 1 repeats a single byte.
    this.#skip = type === 1 ? 1 : size;
    if (!this.#last) {
      this.#expect('block', 3);
      return;
    }
    const checksum = (this.#descriptor & 4) !== 0;
    this.#expect(checksum ? 'checksum' : 'magic', 4);
  }

  #charge(): void {
    this.#moved += this.#window;
    if (this.#moved > MAX_MOVED_BYTES) throw new BodyError('too_large');
  }
}

function little(bytes: readonly number[], from: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i -= 1) value = value * 256 + (bytes[from + i] ?? 0);
  return value;
}
