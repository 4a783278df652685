import { isNativeError } from 'node:util/types';

import type { AppendFile } from '../log/file/append-file.ts';
import type { ExportOutcome } from './exporter.ts';
import type { SpooledLine } from './spooled-line.ts';

/** A write that takes longer is reported, once until it ends. */
const SLOW_MS = 10_000;

export interface PrinterOptions {
  readonly output: AppendFile;
  /** Origin of the log that this process writes. */
  readonly origin: string;
  /** The reader has not taken a batch for some time. */
  readonly slow: () => void;
  readonly slowMs?: number;
}

/** Prints batches of lines, one at a time: a batch is delivered when the reader of the output has taken all of it. */
export class Printer {
  readonly #options: PrinterOptions;
  /** The output may end inside of a line; null: nothing was printed yet. */
  #isCut: boolean | null = null;

  constructor(options: PrinterOptions) {
    this.#options = options;
  }

  /** Resolves when the batch was taken, or failed, or `signal` fires: part of it may be printed then. */
  send(lines: readonly SpooledLine[], signal: AbortSignal): Promise<ExportOutcome> {
    const { output, slow, slowMs = SLOW_MS } = this.#options;
    const data = Buffer.from(this.#textOf(lines));
    return new Promise((resolve) => {
      const timer = setTimeout(slow, slowMs);
      timer.unref();
      const end = (outcome: ExportOutcome): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        resolve(outcome);
      };
      const stop = (): void => end(failed('timeout', 'the process ends'));
      signal.addEventListener('abort', stop, { once: true });
      output.append(data, (fault) => {
        if (fault === null) end({ result: 'delivered', reason: '', retryAfterMs: null, divide: false });
        else {
          this.#isCut = true;
          end(failed('connection', codeOf(fault)));
        }
      });
    });
  }

  async close(): Promise<void> {
    // Standard output is the process's.
  }

  /** A killed process, or a write that failed, may have printed part of a line: what follows it begins on a line of its own. */
  #textOf(lines: readonly SpooledLine[]): string {
    const text = lines.map((line) => `${line.text}\n`).join('');
    const isCut = this.#isCut ?? lines[0]?.origin !== this.#options.origin;
    this.#isCut = false;
    return isCut ? `\n${text}` : text;
  }
}

function failed(result: 'timeout' | 'connection', reason: string): ExportOutcome {
  return { result, reason, retryAfterMs: null, divide: false };
}

function codeOf(fault: unknown): string {
  return isNativeError(fault) && 'code' in fault && typeof fault.code === 'string' ? fault.code : 'unknown';
}
