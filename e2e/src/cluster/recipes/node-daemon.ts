import { spawn, type ChildProcess } from 'node:child_process';

import { ROOT } from '../cluster.ts';

/** A program that runs on the node of the self-built cluster, in its namespaces, until it is ended. */
export class NodeDaemon {
  readonly #child: ChildProcess;

  constructor(argv: readonly string[]) {
    this.#child = spawn(`${ROOT}e2e/hack/cluster/cluster.sh`, ['enter', ...argv], { stdio: 'ignore' });
  }

  end(): void {
    this.#child.kill('SIGTERM');
  }
}
