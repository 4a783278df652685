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
