import { createReadStream } from 'node:fs';

const NUL = 0x00;

/**
 * What was written of a log's file. Its first NUL is its end: behind it lies the reserve of a file that is being written, or whose process was
 * killed (`reserved-file.ts`). Anything but zeros behind it is what a crash left of a write that was never acknowledged.
 */
export class WrittenPart {
  readonly #path: string;
  #ended = false;
  #beyond = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes behind the end that are not zero; known once all chunks were taken. */
  get beyond(): number {
    return this.#beyond;
  }

  /** The bytes before the end, in order. Take them once. @throws the file system's errors. */
  async *chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of createReadStream(this.#path)) {
      const data = chunk as Buffer;
      const end = this.#ended ? 0 : data.indexOf(NUL);
      if (end < 0) {
        yield data;
        continue;
      }
      if (end > 0) yield data.subarray(0, end);
      this.#ended = true;
      for (const byte of data.subarray(end)) if (byte !== NUL) this.#beyond += 1;
    }
  }
}
