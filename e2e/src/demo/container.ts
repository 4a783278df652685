import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

interface ValueFrom {
  readonly fieldRef?: { readonly fieldPath: string };
}

/** The parts of a container of a pod spec that apply to a local process. */
interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly value?: string;
    readonly valueFrom?: ValueFrom;
  }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

export interface PodSpec {
  readonly initContainers?: readonly (Container & { readonly restartPolicy?: string })[];
  readonly containers: readonly Container[];
}

/** Programs of the images, by the name in commands. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'demo-agent': fileURLToPath(new URL('./agent.js', import.meta.url)),
  'llm-boundary-sidecar': fileURLToPath(new URL('../../../sidecar/dist/main.js', import.meta.url)),
};

/** Replacement for a node: its volumes, and the metadata of its pods. */
export interface Node {
  /** Folder of each volume, by name. */
  readonly volumes: ReadonlyMap<string, string>;
  /** File descriptor for the containers' standard error. */
  readonly log: number;
  /** Added to every container: the environment of an image. */
  readonly env: Readonly<Record<string, string>>;
  /** The downward API: values by path (`metadata.uid`). Variables of other paths are not set. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Runs the long-lived containers of a pod as local processes, sidecars first: with the arguments and the environment of the spec, and each
 * volume at its folder. Standard output is discarded: it is for the copy of the audit log. @throws Error that names a command without a
 * local program
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
    (container.env ?? []).flatMap(({ name: key, value, valueFrom }) => {
      const known = value ?? node.fields[valueFrom?.fieldRef?.fieldPath ?? ''];
      return known === undefined ? [] : [[key, local(known)]];
    }),
  );
  return spawn(process.execPath, [program, ...rest.map(local)], {
    env: { PATH: process.env['PATH'], ...node.env, ...env },
    stdio: ['ignore', 'ignore', node.log],
  });
}

/** Stops processes of `startPod`, and waits until they have exited. */
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
