import { write } from 'node:fs';

import type { AppendFile } from './file/append-file.ts';

/** How long to wait when the reader of a non-blocking pipe is behind. */
const RETRY_MS = 5;

/**
 * Standard output as a file: takes everything it is given in order, however slowly the reader takes it, on libuv's threads and
 * never on the event loop. There is nothing to sync: what was taken is in the hands of the container runtime.
 */
export function standardOutput(fd = 1): AppendFile {
  return {
    name: 'stdout',
    append(data, done) {
      const step = (offset: number): void => {
        write(fd, data, offset, data.length - offset, null, (fault, bytes) => {
          if (fault?.code === 'EAGAIN') setTimeout(step, RETRY_MS, offset);
          else if (fault !== null) done(fault, offset);
          else if (offset + bytes < data.length) step(offset + bytes);
          else done(null, data.length);
        });
      };
      step(0);
    },
    sync: (done) => done(null),
    close: () => Promise.resolve(),
  };
}

/** A second copy of the log, written without waiting. */
export interface Copy {
  push(data: Buffer): void;
  /** Resolves when everything pushed was taken or given up. */
  drain(): Promise<void>;
}

/**
 * Copies batches to `file` in the background. Holds at most `maxBytes`; beyond that, and after a fault, batches are left out and
 * `dropped` is called: `seq` and `prev` show the gap to whoever reads the copy.
 */
export function createCopy(file: AppendFile, maxBytes: number, dropped: () => void): Copy {
  let queue: Buffer[] = [];
  let held = 0;
  let busy = false;
  let broken = false;
  let waiting: (() => void)[] = [];

  const finish = (): void => {
    const resolvers = waiting;
    waiting = [];
    for (const resolve of resolvers) resolve();
  };
  const pump = (): void => {
    if (busy || queue.length === 0) return;
    const data = Buffer.concat(queue);
    queue = [];
    busy = true;
    file.append(data, (fault) => {
      busy = false;
      held -= data.length;
      if (fault !== null) {
        broken = true;
        held = 0;
        queue = [];
        dropped();
      }
      if (queue.length === 0) finish();
      else pump();
    });
  };
  return {
    push(data) {
      if (broken || held + data.length > maxBytes) {
        dropped();
        return;
      }
      queue.push(data);
      held += data.length;
      pump();
    },
    drain() {
      return busy || queue.length > 0 ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
    },
  };
}
