import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

import { whereabouts, type Cluster, type Whereabouts } from './cluster.ts';
import { run } from './shell.ts';
import { expect } from './steps.ts';

/** Possible leftovers of a self-built cluster on the machine, each by a descriptive name. */
interface Machine {
  readonly processes: readonly string[];
  readonly mounts: readonly string[];
  readonly namespaces: readonly string[];
  readonly interfaces: readonly string[];
  readonly nftTables: readonly string[];
  readonly cgroups: readonly string[];
  readonly folders: readonly string[];
}

function lines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}

/** Null if the process has ended meanwhile. */
function read<T>(body: () => T): T | null {
  try {
    return body();
  } catch {
    return null;
  }
}

interface Running {
  readonly pid: string;
  readonly parent: string;
  readonly name: string;
  readonly namespaces: readonly string[];
  readonly environment: string;
}

const KINDS = ['net', 'mnt', 'pid'] as const;

function processes(): readonly Running[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(
      (pid) =>
        read(() => {
          const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
          const [, name = '', rest = ''] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
          return [
            {
              pid,
              name,
              parent: rest.split(' ')[1] ?? '',
              namespaces: KINDS.map((kind) => readlinkSync(`/proc/${pid}/ns/${kind}`)),
              environment: readFileSync(`/proc/${pid}/environ`, 'utf8'),
            },
          ];
        }) ?? [],
    );
}

/**
 * Present resources of this run. Other clusters may exist on the machine, so a process counts if its environment names our state folder and
 * it is not in our own namespaces, or if this run has started it.
 */
async function look({ state, cgroup }: Whereabouts): Promise<Machine> {
  const running = processes();
  const own = KINDS.map((kind) => readlinkSync(`/proc/self/ns/${kind}`));
  const ours = running.filter(
    ({ namespaces, environment, parent }) =>
      parent === String(process.pid) ||
      (namespaces.some((namespace, index) => namespace !== own[index]) &&
        environment.split('\0').includes(`LLM_BOUNDARY_CLUSTER_DIR=${state}`)),
  );
  // On a new machine the cluster's scripts have not installed it yet.
  const nft = await run('nft', ['list', 'tables']).catch(() => null);
  return {
    processes: ours.map(({ pid, name }) => `${pid} ${name}`),
    mounts: lines(readFileSync('/proc/self/mountinfo', 'utf8'))
      .map((line) => line.split(' ')[4] ?? '')
      .filter((path) => path.startsWith(state) || /^\/(run|var\/run)\/netns\//.test(path)),
    namespaces: [...new Set(ours.flatMap(({ namespaces }) => namespaces))].filter(
      (namespace) => !own.includes(namespace),
    ),
    interfaces: lines(readFileSync('/proc/net/dev', 'utf8'))
      .slice(2)
      .map((line) => line.trim().split(':')[0] ?? ''),
    nftTables: lines(nft?.stdout ?? ''),
    cgroups: cgroupsNamed(cgroup),
    folders: [state, '/var/lib/kubelet', '/var/lib/cni'].filter((path) => existsSync(path)),
  };
}

/** In every hierarchy of version 1, and in the one of version 2. */
function cgroupsNamed(name: string): readonly string[] {
  return ['', ...readdirSync('/sys/fs/cgroup')]
    .map((part) => `/sys/fs/cgroup/${part}/${name}`)
    .filter(existsSync);
}

/** Resources that were added. */
function added(before: Machine, after: Machine): readonly string[] {
  return (Object.keys(after) as (keyof Machine)[]).flatMap((kind) =>
    after[kind].filter((each) => !before[kind].includes(each)).map((each) => `${kind}: ${each}`),
  );
}

/** Compares the machine before a self-built cluster with the machine after it. */
export class Leftovers {
  readonly #before: Machine;
  readonly #where: Whereabouts;

  private constructor(before: Machine, where: Whereabouts) {
    this.#before = before;
    this.#where = where;
  }

  static async before(): Promise<Leftovers> {
    const where = await whereabouts();
    return new Leftovers(await look(where), where);
  }

  /** @returns the checked kinds. @throws Unexpected with the leftovers */
  async check(cluster: Cluster): Promise<string> {
    if (cluster.mode !== 'self') return 'the cluster is down too';
    const after = await look(this.#where);
    const left = added(this.#before, after);
    expect(left.length === 0, `left on the machine: ${left.join('; ')}`);
    return `the cluster is down too; compared with before: ${Object.keys(after).join(', ')}`;
  }
}
