import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROOT } from '../../cluster/cluster.ts';
import { until } from '../../cluster/shell.ts';

export interface Answer {
  readonly status: number;
  /** The object, or a Status with `message`. */
  readonly body: unknown;
  readonly warnings: readonly string[];
}

/** The API server through `kubectl proxy` on a socket, to send hundreds of requests without a process for each. */
export class Api {
  readonly #socket: string;
  readonly #folder: string;
  readonly #proxy: ChildProcess;

  private constructor(folder: string, proxy: ChildProcess) {
    this.#folder = folder;
    this.#socket = join(folder, 'api.sock');
    this.#proxy = proxy;
  }

  /** @throws Error if the proxy does not start */
  static async open(): Promise<Api> {
    const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-api-'));
    const argv = ['enter', 'kubectl', 'proxy', `--unix-socket=${join(folder, 'api.sock')}`];
    const proxy = spawn(`${ROOT}e2e/hack/cluster/cluster.sh`, argv, { stdio: 'ignore' });
    const api = new Api(folder, proxy);
    await until('kubectl proxy listens', 20, () =>
      Promise.resolve(existsSync(api.#socket) ? true : null),
    ).catch(async (error: unknown) => {
      await api.close();
      throw error;
    });
    return api;
  }

  async close(): Promise<void> {
    if (this.#proxy.exitCode === null && this.#proxy.signalCode === null) {
      const ended = new Promise((resolve) => this.#proxy.once('exit', resolve));
      this.#proxy.kill('SIGTERM');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @throws Error without an answer */
  ask(method: string, path: string, body?: unknown): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request(
        {
          socketPath: this.#socket,
          method,
          path,
          headers: { host: 'localhost', 'content-type': 'application/json' },
          timeout: 30_000,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            const warning = response.headers.warning;
            resolve({
              status: response.statusCode ?? 0,
              body: parsed(text),
              warnings: typeof warning === 'string' ? [warning] : [],
            });
          });
        },
      );
      asked.on('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer`)));
      asked.on('error', reject);
      asked.end(body === undefined ? '' : JSON.stringify(body));
    });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { message: text };
  }
}
