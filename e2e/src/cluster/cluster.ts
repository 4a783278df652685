import { fileURLToPath } from 'node:url';

import { must, run, type Finished, type ShellOptions } from './shell.ts';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPT = `${ROOT}e2e/cluster/cluster.sh`;

/** A Kubernetes object, as far as the runner reads it. */
export interface KubeObject {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly labels?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
    readonly creationTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
}

/** The cluster that the scripts of `e2e/cluster` found or started. */
export class Cluster {
  /** True where this run has started it and has to end it. */
  readonly started: boolean;

  private constructor(started: boolean) {
    this.started = started;
  }

  /** @throws Error with what the scripts said */
  static async up(): Promise<Cluster> {
    const there = await run(SCRIPT, ['status']);
    await must(SCRIPT, ['up'], { timeoutMs: 30 * 60_000 });
    return new Cluster(there.status !== 0);
  }

  async down(): Promise<void> {
    if (this.started) await must(SCRIPT, ['down']);
  }

  /** A command of `cluster.sh` such as `load`. */
  script(argv: readonly string[], options: ShellOptions = {}): Promise<string> {
    return must(SCRIPT, argv, options);
  }

  /** A command inside, whatever its status. */
  inside(argv: readonly string[], options: ShellOptions = {}): Promise<Finished> {
    return run(SCRIPT, ['enter', ...argv], options);
  }

  tryKubectl(argv: readonly string[], options: ShellOptions = {}): Promise<Finished> {
    return this.inside(['kubectl', ...argv], options);
  }

  kubectl(argv: readonly string[], options: ShellOptions = {}): Promise<string> {
    return must(SCRIPT, ['enter', 'kubectl', ...argv], options);
  }

  async get(kind: string, name: string, namespace: string): Promise<KubeObject> {
    return JSON.parse(await this.kubectl(['get', kind, name, '-n', namespace, '-o', 'json'])) as KubeObject;
  }

  async list(kind: string, namespace: string, selector = ''): Promise<readonly KubeObject[]> {
    const chosen = selector === '' ? [] : ['-l', selector];
    const text = await this.kubectl(['get', kind, '-n', namespace, ...chosen, '-o', 'json']);
    return (JSON.parse(text) as { items: readonly KubeObject[] }).items;
  }

  /** Applies objects or YAML text. */
  apply(what: string | readonly object[], namespace?: string): Promise<string> {
    return this.kubectl(['apply', ...inNamespace(namespace), '-f', '-'], { input: text(what) });
  }

  /** The same, to be refused: the status and what the API server said. */
  tryApply(what: string | readonly object[], namespace?: string, as?: string): Promise<Finished> {
    const who = as === undefined ? [] : ['--as', as, '--as-group', 'system:authenticated'];
    return this.tryKubectl(['create', ...inNamespace(namespace), ...who, '-f', '-'], { input: text(what) });
  }
}

const inNamespace = (namespace: string | undefined): readonly string[] =>
  namespace === undefined ? [] : ['-n', namespace];

const text = (what: string | readonly object[]): string =>
  typeof what === 'string' ? what : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: what });
