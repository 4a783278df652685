import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

import { SEALED_FOLDER } from '../record/sealer.ts';
import type { ExportOutcome, Exporter } from './exporter.ts';
import type { SpooledBody, SpooledLine } from './spooled-line.ts';

/** Receivers take 20 MiB at once (the collector's default), and a third more is needed in JSON. */
const MAX_SEALED_BYTES = 8 * 1024 * 1024;

export interface BodiesFirstOptions {
  readonly exporter: Pick<Exporter, 'send' | 'close'>;
  /** The folder of the record. */
  readonly dir: string;
  /** Bodies that the receiver has while a batch that names them is under way; kept between connections. */
  readonly sent: Set<string>;
  /** A body is not sent, for this reason; its line is. */
  readonly kept: (sha256: string, reason: string) => void;
}

/**
 * Sends the sealed bodies that lines name, one at a time, before the lines. So a line is acknowledged only after its bodies, and bodies are
 * sent again as lines are. What was erased before it could be sent is skipped, as is what the receiver does not take.
 */
export class BodiesFirst implements Pick<Exporter, 'send' | 'close'> {
  readonly #options: BodiesFirstOptions;

  constructor(options: BodiesFirstOptions) {
    this.#options = options;
  }

  async send(lines: readonly SpooledLine[], signal: AbortSignal): Promise<ExportOutcome> {
    const { exporter, sent } = this.#options;
    for (const { bodies, exchange, timeMs } of lines)
      for (const { sha256, part } of bodies) {
        const sealed = sent.has(sha256) ? null : await this.#read(sha256);
        if (sealed !== null) {
          const failure = await this.#sendOne({ sha256, part, exchange, timeMs, sealed }, signal);
          if (failure !== null) return failure;
        }
        sent.add(sha256);
      }
    const outcome = await exporter.send(lines, signal);
    if (outcome.result === 'delivered') sent.clear();
    return outcome;
  }

  close(): Promise<void> {
    return this.#options.exporter.close();
  }

  /** Null: go on. */
  async #sendOne(body: SpooledBody, signal: AbortSignal): Promise<ExportOutcome | null> {
    const { exporter, kept } = this.#options;
    const outcome = await exporter.send([body], signal);
    if (outcome.result === 'delivered') return null;
    // The receiver refuses this request, however often it comes: its line must not wait for it.
    if (!outcome.divide) return outcome;
    kept(body.sha256, outcome.reason);
    return null;
  }

  /** Null: erased, or not to be sent. */
  async #read(sha256: string): Promise<Uint8Array | null> {
    const path = join(this.#options.dir, SEALED_FOLDER, `${sha256}.age`);
    try {
      const { size } = await stat(path);
      if (size <= MAX_SEALED_BYTES) return await readFile(path);
      this.#options.kept(sha256, `it has ${size} bytes, more than ${MAX_SEALED_BYTES}`);
    } catch (fault) {
      const code = isNativeError(fault) && 'code' in fault ? fault.code : null;
      if (code !== 'ENOENT') this.#options.kept(sha256, `it cannot be read: ${String(code)}`);
    }
    return null;
  }
}
