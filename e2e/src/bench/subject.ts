import { fork, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { startSidecar } from '../process/sidecar.ts';

/** A process under measurement. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  /** User and system CPU time since its start, µs, by its own clock. */
  cpuMicros(): Promise<number>;
  stop(): void;
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
/** The subject has a core of its own where there are two; the upstream and the load share the other. */
const SUBJECT_CORE = ['taskset', '-c', '0'] as const;

export async function startUpstream(): Promise<{ readonly port: number; stop(): void }> {
  const child = fork(here('./upstream.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port } = await message<{ port: number }>(child);
  return { port, stop: () => child.kill() };
}

/** http-proxy with nothing around it. */
export async function startBareProxy(upstreamPort: number): Promise<Subject> {
  const [command, ...args] = [
    ...SUBJECT_CORE,
    process.execPath,
    here('./bare-proxy.js'),
    `http://127.0.0.1:${upstreamPort}`,
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port } = await message<{ port: number }>(child);
  return {
    name: 'bare http-proxy',
    port,
    cpuMicros: async () => {
      const answer = message<{ cpu: NodeJS.CpuUsage }>(child);
      child.send('cpu');
      const { cpu } = await answer;
      return cpu.user + cpu.system;
    },
    stop: () => child.kill(),
  };
}

/** The sidecar with every control on and the record durable. */
export async function startGuarded(upstreamPort: number, policy: string): Promise<Subject> {
  const sidecar = await startSidecar({
    upstreams: [`http://127.0.0.1:${upstreamPort}`],
    policy,
    under: SUBJECT_CORE,
  });
  return {
    name: 'sidecar',
    port: Number(new URL(sidecar.inbound[0] ?? '').port),
    cpuMicros: async () => {
      const text = await (await fetch(`${sidecar.admin}/metrics`)).text();
      return (
        1e6 *
        (metric(text, 'process_cpu_user_seconds_total') + metric(text, 'process_cpu_system_seconds_total'))
      );
    },
    stop: () => void sidecar.stop(),
  };
}

function message<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => {
      reject(new Error(`a process of the benchmark ended with ${code ?? 'a signal'}`));
    };
    child.once('exit', ended);
    child.once('message', (value) => {
      child.off('exit', ended);
      resolve(value as T);
    });
  });
}

function metric(text: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`the sidecar does not export ${name}`);
  return Number(value);
}
