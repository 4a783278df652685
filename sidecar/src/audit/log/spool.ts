import type { Segment } from './survey.ts';

/** A file of the record as a shipper sees it: only what is durable. */
export interface SpoolFile {
  readonly file: string;
  /** The log that it is part of. */
  readonly origin: string;
  /** `seq` of its first line. */
  readonly first: number;
  /** Lines, and their bytes with newlines, that are durable. */
  lines: number;
  bytes: number;
  /** Nothing is written to it any more. */
  closed: boolean;
  /** It was pruned. */
  removed: boolean;
}

/**
 * The files of the record in the order in which they are sent: what earlier processes left, oldest first, then this process's own. There is no
 * second copy anywhere: whoever sends reads the files, and only as far as their lines are durable, so that no line is known outside
 * that a crash of the node could still take back.
 */
export class Spool {
  readonly dir: string;
  readonly #origin: string;
  readonly #files: SpoolFile[] = [];
  #grew: () => void = () => undefined;

  /** `origin`: the log that this process writes. */
  constructor(dir: string, origin: string, left: readonly Segment[]) {
    this.dir = dir;
    this.#origin = origin;
    for (const { file, origin: log, first, last, writtenBytes } of left)
      if (log !== null && first !== null && last !== null)
        this.#files.push({
          file,
          origin: log,
          first,
          lines: last - first + 1,
          bytes: writtenBytes,
          closed: true,
          removed: false,
        });
  }

  /** All of them, in order; those that are gone stay, marked so. */
  get files(): readonly SpoolFile[] {
    return this.#files;
  }

  /** `lines` more lines are durable in `file`, which this process writes. */
  wrote(file: string, bytes: number, lines: number): void {
    const last = this.#files.at(-1);
    if (last?.file === file) {
      last.bytes += bytes;
      last.lines += lines;
    } else {
      const own = last?.origin === this.#origin ? last : null;
      if (own !== null) own.closed = true;
      const first = own === null ? 0 : own.first + own.lines;
      this.#files.push({
        file,
        origin: this.#origin,
        first,
        lines,
        bytes,
        closed: false,
        removed: false,
      });
    }
    this.#grew();
  }

  removed(file: string): void {
    const found = this.#files.find((one) => one.file === file);
    if (found !== undefined) found.removed = true;
    this.#grew();
  }

  /** `grew` is told whenever there is more to send. One listener. */
  listen(grew: () => void): void {
    this.#grew = grew;
  }
}
