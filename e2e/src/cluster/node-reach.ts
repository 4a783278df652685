import { expect } from './steps.ts';
import type { KubeObject } from './cluster.ts';
import type { Fixture } from './fixture.ts';
import type { Finished } from './shell.ts';

/** The node itself, as its administrator. For the self-built cluster only. */
export class NodeReach {
  readonly #fixture: Fixture;

  constructor(fixture: Fixture) {
    this.#fixture = fixture;
  }

  static possible({ cluster }: Fixture): boolean {
    return cluster.mode === 'self';
  }

  /** The process id of a running container, in the cluster's own pid namespace. */
  async pidOf(pod: KubeObject, container: string): Promise<string> {
    const { containerStatuses = [], initContainerStatuses = [] } = (pod.status ?? {}) as {
      readonly containerStatuses?: readonly ContainerStatus[];
      readonly initContainerStatuses?: readonly ContainerStatus[];
    };
    const status = [...containerStatuses, ...initContainerStatuses].find(({ name }) => name === container);
    const id = /^containerd:\/\/([0-9a-f]+)$/.exec(status?.containerID ?? '')?.[1];
    expect(id !== undefined, `container ${container} of ${pod.metadata.name} does not run`);
    const { stdout } = await this.run(['ctr', '-n', 'k8s.io', 'tasks', 'list']);
    const pid = new RegExp(`^${id}\\s+(\\d+)\\s+RUNNING`, 'm').exec(stdout)?.[1];
    expect(pid !== undefined, `containerd knows no running task ${id}: ${stdout.slice(0, 300)}`);
    return pid;
  }

  async run(argv: readonly string[]): Promise<Finished> {
    const finished = await this.#fixture.cluster.inside(argv);
    expect(finished.status === 0, `${argv.join(' ')}: ${finished.stderr.slice(0, 300)}`);
    return finished;
  }
}

interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
}
