import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The parts of a container of a pod spec that a local process can have. */
interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodSpec {
  readonly initContainers?: readonly (Container & { readonly restartPolicy?: string })[];
  readonly containers: readonly Container[];
}

/** Programs of the images, by the name that commands use. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'demo-agent': fileURLToPath(new URL('./agent.js', import.meta.url)),
  'llm-boundary-sidecar': fileURLToPath(new URL('../../../sidecar/dist/main.js', import.meta.url)),
};

/** What stands for a node: where its volumes are, and what its pods know of themselves. */
export interface Node {
  /** Folder of each volume, by name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** File descriptor of what the containers say on standard error. */
  readonly log: number;
  /** Added to every container: what an image would bring along. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs the long-lived containers of a pod as local processes, sidecars first: with the arguments and the environment of the spec, and each
 * volume at the folder that stands for it. Standard output goes nowhere: it is for the copy of the audit log.
 * @throws Error that names a command without a local program
 */
export function startPod(spec: PodSpec, node: Node): readonly ChildProcess[] {
  const sidecars = (spec.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...sidecars, ...spec.containers].map((container) => start(container, node));
}

function start(container: Container, node: Node): ChildProcess {
  const [name, ...rest] = [...(container.command ?? []), ...(container.args ?? [])];
  const program = PROGRAMS[name ?? ''];
  if (program === undefined)
    throw new Error(`container ${container.name}: no local program stands for the command "${name ?? ''}"`);
  const mounts = (container.volumeMounts ?? []).flatMap((mount) => {
    const folder = node.volumes.get(mount.name);
    return folder === undefined ? [] : [{ from: mount.mountPath, to: folder }];
  });
  const local = (text: string): string =>
    mounts.reduce((path, { from, to }) => path.replaceAll(from, to), text);
  const env = Object.fromEntries(
    (container.env ?? []).flatMap(({ name: key, value }) =>
      value === undefined ? [] : [[key, local(value)]],
    ),
  );
  return spawn(process.execPath, [program, ...rest.map(local)], {
    env: { PATH: process.env['PATH'], ...node.env, ...env },
    stdio: ['ignore', 'ignore', node.log],
  });
}

/** Ends processes that `startPod` started, and waits until they are gone. */
export async function stopPod(processes: readonly ChildProcess[]): Promise<void> {
  await Promise.all(
    processes.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }),
  );
}
