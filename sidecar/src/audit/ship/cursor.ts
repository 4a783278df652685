import { createHash } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isObject } from './json-object.ts';

/**
 * The progress of a sink, stored beside the record: for each log the position of the first undelivered line. A hint for the next process
 * and no evidence: without it, lines are sent again, and their positions show that. Replaced by a rename, and never ahead of the delivery.
 */
export class Cursor {
  readonly #path: string;
  readonly #endpoint: string;
  readonly #logs: Map<string, number>;

  private constructor(path: string, endpoint: string, logs: Map<string, number>) {
    this.#path = path;
    this.#endpoint = endpoint;
    this.#logs = logs;
  }

  /** `endpoint`: URL of a receiver, or `stdout`. */
  static async open(dir: string, endpoint: string): Promise<Cursor> {
    const digest = createHash('sha256').update(endpoint).digest('hex').slice(0, 16);
    const path = join(dir, endpoint === 'stdout' ? 'stdout.cursor' : `otlp-${digest}.cursor`);
    return new Cursor(path, endpoint, await logsIn(path, endpoint));
  }

  /** 0 if nothing was delivered. */
  at(origin: string): number {
    return this.#logs.get(origin) ?? 0;
  }

  set(origin: string, next: number): void {
    this.#logs.set(origin, next);
  }

  /** Drops the logs that are not in `origins`. @throws the file system's errors. */
  async save(origins: ReadonlySet<string>): Promise<void> {
    for (const origin of this.#logs.keys()) if (!origins.has(origin)) this.#logs.delete(origin);
    const temporary = `${this.#path}.tmp`;
    const text = JSON.stringify({ endpoint: this.#endpoint, logs: Object.fromEntries(this.#logs) });
    try {
      await writeFile(temporary, `${text}\n`, { mode: 0o600 });
      await rename(temporary, this.#path);
    } catch (fault) {
      await rm(temporary, { force: true });
      throw fault;
    }
  }
}

async function logsIn(path: string, endpoint: string): Promise<Map<string, number>> {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (!isObject(value) || value['endpoint'] !== endpoint || !isObject(value['logs'])) return new Map();
    return new Map(
      Object.entries(value['logs']).filter(
        (entry): entry is [string, number] => Number.isSafeInteger(entry[1]) && Number(entry[1]) >= 0,
      ),
    );
  } catch {
    return new Map();
  }
}
