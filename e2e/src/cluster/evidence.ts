import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Cluster } from './cluster.ts';

/** Collects evidence of a failure: events, pods, logs of every container. Owns its folder, which is kept. */
export class Evidence {
  readonly #namespaces: readonly string[];
  readonly #parent: string;
  #folder: string | null = null;

  /** @param parent of its folder */
  constructor(namespaces: readonly string[], parent: string) {
    this.#namespaces = namespaces;
    this.#parent = parent;
  }

  /** @returns the folder of this failure */
  async collect(cluster: Cluster | null, step: string): Promise<string> {
    this.#folder ??= mkdtempSync(join(this.#parent, 'llm-boundary-e2e-'));
    const folder = join(
      this.#folder,
      step
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .slice(0, 60),
    );
    mkdirSync(folder, { recursive: true });
    if (cluster === null) return folder;
    for (const namespace of this.#namespaces) {
      const write = async (name: string, argv: readonly string[]): Promise<void> => {
        const { stdout, stderr } = await cluster.tryKubectl([...argv, '-n', namespace], {
          timeoutMs: 20_000,
        });
        writeFileSync(join(folder, `${namespace}.${name}`), `${stdout}${stderr}`);
      };
      await write('events.txt', ['get', 'events', '--sort-by=.lastTimestamp']);
      await write('pods.txt', ['get', 'pods', '-o', 'wide']);
      await write('pods.yaml', ['get', 'pods', '-o', 'yaml']);
      const { stdout } = await cluster.tryKubectl(['get', 'pods', '-n', namespace, '-o', 'name']);
      for (const pod of stdout
        .split('\n')
        .filter((line) => line !== '')
        .slice(0, 20)) {
        await write(`${pod.replace('pod/', '')}.log`, [
          'logs',
          pod,
          '--all-containers',
          '--prefix',
          '--tail=500',
        ]);
      }
    }
    return folder;
  }
}
