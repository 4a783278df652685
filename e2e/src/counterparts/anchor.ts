import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { freePort } from '../process/free-port.ts';
import { KubeApi, tokenOf, type ListedPod } from './kube-api.ts';
import { endChild } from './server.ts';

const WEBHOOK = fileURLToPath(new URL('../../../webhook/dist/main.js', import.meta.url));
const NAMESPACE = 'llm-boundary';

/** A real anchor in a separate process, with an API server of the tests. */
export class AnchorProcess {
  /** Verifier key, as it logged it. */
  readonly key: string;
  /** Its standard output. */
  readonly fleetLog: string;
  /** Origin of its metrics. */
  readonly admin: string;
  readonly #url: string;
  readonly #dir: string;
  readonly #api: KubeApi;
  readonly #process: ChildProcess;

  private constructor(parts: {
    readonly key: string;
    readonly fleetLog: string;
    readonly admin: string;
    readonly url: string;
    readonly dir: string;
    readonly api: KubeApi;
    readonly process: ChildProcess;
  }) {
    this.key = parts.key;
    this.fleetLog = parts.fleetLog;
    this.admin = parts.admin;
    this.#url = parts.url;
    this.#dir = parts.dir;
    this.#api = parts.api;
    this.#process = parts.process;
  }

  /** Accepts heads of `pods`. Keeps everything in `dir`. `args`: more flags. @throws Error with its log if it does not start */
  static async start(
    dir: string,
    pods: readonly ListedPod[],
    args: readonly string[] = [],
  ): Promise<AnchorProcess> {
    const api = await KubeApi.start(dir, pods);
    const [port, admin] = [await freePort(), await freePort()];
    const fleetLog = join(dir, 'fleet.log');
    const output = openSync(fleetLog, 'w');
    const listeners = ['--listen', `127.0.0.1:${port}`, '--admin', `127.0.0.1:${admin}`];
    const child = spawn(
      process.execPath,
      [WEBHOOK, 'anchor', '--dir', join(dir, 'fleet'), '--namespace', NAMESPACE, ...listeners, ...args],
      {
        env: { PATH: process.env['PATH'], KUBECONFIG: api.kubeconfig },
        stdio: ['ignore', output, 'pipe'],
      },
    );
    closeSync(output);
    try {
      const key = await listening(child);
      const ca = api.value(`/api/v1/namespaces/${NAMESPACE}/configmaps/llm-boundary-anchor-ca`, 'ca.crt');
      writeFileSync(join(dir, 'anchor-ca.crt'), ca ?? '');
      const url = `https://127.0.0.1:${port}`;
      const origins = { url, admin: `http://127.0.0.1:${admin}` };
      return new AnchorProcess({ key, fleetLog, ...origins, dir, api, process: child });
    } catch (error) {
      child.kill('SIGKILL');
      api.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Number of TokenReviews that it asked for. */
  get reviews(): number {
    return this.#api.reviews;
  }

  /** What it created at paths that begin like this. */
  created(path: string): readonly object[] {
    return this.#api.objects(path);
  }

  /** Flags of the sidecar of `pod`. */
  flagsFor({ name }: ListedPod): readonly string[] {
    const token = join(this.#dir, `token-${name}`);
    writeFileSync(token, tokenOf(name));
    const ca = join(this.#dir, 'anchor-ca.crt');
    return ['--anchor', this.#url, '--anchor-ca', ca, '--anchor-token-file', token];
  }

  /** @returns its exit status, once the fleet log is sealed. */
  async stop(): Promise<number | null> {
    const status = await endChild(this.#process, 'SIGTERM');
    this.#api.stop();
    return status;
  }
}

/** Waits until it takes heads. @returns its key */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    let key = '';
    child.once('exit', (code) =>
      reject(new Error(`the anchor ended with ${code ?? 'a signal'}:\n${log.join('\n')}`)),
    );
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (line.includes('"msg":"fleet log opened"')) key = (JSON.parse(line) as { readonly key: string }).key;
      if (line.includes('"msg":"anchor listening"')) resolve(key);
    });
  });
}
