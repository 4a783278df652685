import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { endChild } from './server.ts';

/** A collector that accepts OTLP over HTTP and writes it to a file. Can be killed and restarted on the same ports. */
export class OtelCollector {
  readonly file: string;
  readonly #program: string;
  readonly #config: string;
  readonly #health: string;
  #process: ChildProcess | null = null;
  #output = '';

  /**
   * `ports`: for OTLP, and for its health. `fileMebibytes`: the size at which a file is rotated. `more`: exporters beside the file,
   * by name. `signals`: what it takes; default: logs.
   */
  constructor(
    program: string,
    dir: string,
    [port, health]: readonly [number, number],
    {
      fileMebibytes = 100,
      more = {},
      signals = ['logs'],
    }: {
      readonly fileMebibytes?: number;
      readonly more?: Readonly<Record<string, object>>;
      readonly signals?: readonly ('logs' | 'traces' | 'metrics')[];
    } = {},
  ) {
    this.#program = program;
    this.file = join(dir, 'evidence.jsonl');
    this.#config = join(dir, 'collector.yaml');
    this.#health = `http://127.0.0.1:${health}/`;
    // With `rotation` the file exporter writes before it acknowledges; without it data stays in a buffer for a second, and a kill loses it.
    writeFileSync(
      this.#config,
      JSON.stringify({
        receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${port}` } } } },
        exporters: {
          file: { path: this.file, rotation: { max_megabytes: fileMebibytes, max_backups: 0 } },
          ...more,
        },
        extensions: {
          health_check: { endpoint: `127.0.0.1:${health}` },
          // For a `sending_queue` with this storage.
          file_storage: { directory: join(dir, 'queues'), create_directory: true, fsync: true },
        },
        service: {
          extensions: ['health_check', 'file_storage'],
          telemetry: { metrics: { level: 'none' } },
          pipelines: Object.fromEntries(
            signals.map((signal) => [
              signal,
              { receivers: ['otlp'], exporters: ['file', ...Object.keys(more)] },
            ]),
          ),
        },
      }),
    );
  }

  /** @throws Error with the end of its output if it does not start */
  async start(): Promise<void> {
    const child = spawn(this.#program, ['--config', this.#config], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#process = child;
    child.stderr.on('data', (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-2_000);
    });
    for (const endMs = Date.now() + 30_000; Date.now() < endMs && child.exitCode === null;) {
      const answer = await fetch(this.#health).catch(() => null);
      if (answer?.ok === true) return;
      await sleep(50);
    }
    throw new Error(`the collector did not come up:\n${this.#output}`);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child !== null) await endChild(child, signal);
  }

  received(): string {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8') : '';
  }
}
