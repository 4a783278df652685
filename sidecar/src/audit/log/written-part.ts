import { createReadStream } from 'node:fs';

const NUL = 0x00;

/**
 * The written part of a log's file. Its first NUL is its end: after it comes the preallocated part of a file that is being written, or
 * whose process was killed (`reserved-file.ts`). Other bytes than zeros there are the rest of an interrupted, unacknowledged write.
 */
export class WrittenPart {
  readonly #path: string;
  #ended = false;
  #beyond = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Bytes after the end that are not zero; valid once all chunks were read. */
  get beyond(): number {
    return this.#beyond;
  }

  /** The bytes before the end, in order. Single use. @throws the file system's errors. */
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
