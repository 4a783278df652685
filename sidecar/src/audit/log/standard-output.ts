import { write } from 'node:fs';

import type { AppendFile } from './file/append-file.ts';

/** Retry interval when the reader of a non-blocking pipe is slow. */
const RETRY_MS = 5;

/**
 * Standard output as a file: writes in order, on libuv's threads and never on the event loop, however slow the reader is. There is nothing
 * to sync: accepted bytes are in the hands of the container runtime.
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

/** A second copy of the log, written without blocking the first. */
export interface Copy {
  push(data: Buffer): void;
  /** Resolves when every batch was written or dropped. */
  drain(): Promise<void>;
}

/**
 * Copies batches to `file` in the background. Holds at most `maxBytes`; above that, and after a fault, batches are dropped and `dropped` is
 * called: `seq` and `prev` show the gap to readers of the copy.
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
