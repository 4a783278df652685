import { fileURLToPath } from 'node:url';

import { must, run, type Finished, type ShellOptions } from './shell.ts';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SCRIPT = `${ROOT}e2e/hack/cluster/cluster.sh`;

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

/** Provider of the cluster: self-built, kind, or the one in KUBECONFIG. */
export type ClusterMode = 'self' | 'kind' | 'kubeconfig';

/** State folder and cgroup name of a self-built cluster, existing or not. */
export interface Whereabouts {
  readonly state: string;
  readonly cgroup: string;
}

export async function whereabouts(): Promise<Whereabouts> {
  const said = await must(SCRIPT, ['where']);
  const value = (name: string): string => {
    const found = new RegExp(`^${name}=(.+)$`, 'm').exec(said)?.[1];
    if (found === undefined) throw new Error(`cluster.sh where names no ${name}: ${said}`);
    return found;
  };
  return { state: value('CLUSTER_DIR'), cgroup: value('CLUSTER_CGROUP') };
}

/** The cluster that the scripts of `e2e/hack/cluster` found or started. */
export class Cluster {
  /** True if this run has started it and must stop it. */
  readonly started: boolean;
  readonly mode: ClusterMode;

  private constructor(started: boolean, mode: ClusterMode) {
    this.started = started;
    this.mode = mode;
  }

  /** @throws Error with the output of the scripts */
  static async up(): Promise<Cluster> {
    const there = await run(SCRIPT, ['status']);
    // The first build of the tools takes half an hour on two cores.
    const settings = await must(SCRIPT, ['up'], { timeoutMs: 50 * 60_000 });
    const mode = /^CLUSTER_MODE=(self|kind|kubeconfig)$/m.exec(settings)?.[1] as ClusterMode | undefined;
    if (mode === undefined) throw new Error(`cluster.sh up names no CLUSTER_MODE: ${settings.slice(0, 300)}`);
    return new Cluster(there.status !== 0, mode);
  }

  /** Builds the pinned tools that are not in the cache. */
  async tools(names: readonly string[]): Promise<void> {
    await must(SCRIPT, ['build', ...names], { timeoutMs: 50 * 60_000 });
  }

  async down(): Promise<void> {
    if (this.started) await must(SCRIPT, ['down']);
  }

  /** A command of `cluster.sh` such as `load`. */
  script(argv: readonly string[], options: ShellOptions = {}): Promise<string> {
    return must(SCRIPT, argv, options);
  }

  /** Whether a query command of `cluster.sh` succeeds. */
  async holds(argv: readonly string[]): Promise<boolean> {
    return (await run(SCRIPT, argv, { timeoutMs: 600_000 })).status === 0;
  }

  /** Runs a command inside, whatever its status. */
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

  /** The same, expected to be refused: the status and the API server's message. */
  tryApply(what: string | readonly object[], namespace?: string, as?: string): Promise<Finished> {
    const who = as === undefined ? [] : ['--as', as, '--as-group', 'system:authenticated'];
    return this.tryKubectl(['create', ...inNamespace(namespace), ...who, '-f', '-'], { input: text(what) });
  }
}

function inNamespace(namespace: string | undefined): readonly string[] {
  return namespace === undefined ? [] : ['-n', namespace];
}

function text(what: string | readonly object[]): string {
  return typeof what === 'string' ? what : JSON.stringify({ apiVersion: 'v1', kind: 'List', items: what });
}
