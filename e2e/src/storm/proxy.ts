import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * `kubectl proxy` on a free port of loopback: the API server without a process for each request, whatever the kubeconfig says about
 * certificates and tokens. Owns the process.
 */
export class ApiProxy {
  readonly #child: ChildProcess;
  readonly origin: string;

  private constructor(child: ChildProcess, origin: string) {
    this.#child = child;
    this.origin = origin;
  }

  /** @throws Error where kubectl ends before it listens */
  static open(): Promise<ApiProxy> {
    const child = spawn('kubectl', ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    return new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (status) => reject(new Error(`kubectl proxy ended with status ${String(status)}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        const address = /Starting to serve on (\S+)/.exec(line)?.[1];
        if (address !== undefined) resolve(new ApiProxy(child, `http://${address}`));
      });
    });
  }

  close(): void {
    this.#child.removeAllListeners('close');
    this.#child.kill('SIGTERM');
  }
}
