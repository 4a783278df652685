import type { Segment } from './survey.ts';

/** A file of the record for the shipper: only its durable part. */
export interface SpoolFile {
  readonly file: string;
  /** The log that it is part of. */
  readonly origin: string;
  /** `seq` of its first line. */
  readonly first: number;
  /** Number of durable lines, and their bytes with newlines. */
  lines: number;
  bytes: number;
  /** Complete. */
  closed: boolean;
  /** Pruned. */
  removed: boolean;
}

/**
 * The files of the record in sending order: those of earlier processes, oldest first, then this process's. There is no second copy: senders
 * read the files, and only the durable lines, so that no line leaves the pod that a crash of the node could still undo.
 */
export class Spool {
  readonly dir: string;
  /** The log that this process writes. */
  readonly origin: string;
  readonly #files: SpoolFile[] = [];
  #grew: () => void = () => undefined;

  /** `origin`: the log of this process. */
  constructor(dir: string, origin: string, left: readonly Segment[]) {
    this.dir = dir;
    this.origin = origin;
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

  /** All of them, in order; removed files remain, marked as such. */
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
      const own = last?.origin === this.origin ? last : null;
      if (own !== null) own.closed = true;
      const first = own === null ? 0 : own.first + own.lines;
      this.#files.push({
        file,
        origin: this.origin,
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

  /** `grew` is called when there is more to send. One listener. */
  listen(grew: () => void): void {
    this.#grew = grew;
  }
}
