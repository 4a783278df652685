import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

import { shippedSidecar } from '../process/shipped.ts';
import { startSidecar } from '../process/sidecar.ts';

/** A proxy under measurement. */
export interface Subject {
  readonly name: string;
  readonly port: number;
  /** Request headers that it needs to find the model server, each `Name: value`. */
  readonly headers?: readonly string[];
  sample(): Promise<Sample>;
  stop(): Promise<void>;
}

/** From the start of a process until it listened with a policy in force. */
export interface Ready {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A sidecar under measurement. */
export interface Guarded extends Subject {
  readonly pid: number;
  readonly ready: Ready;
}

export interface Sample {
  /** User and system CPU time since its start, µs. */
  readonly cpuMicros: number;
  readonly rssMiB: number;
  /** 99th percentile of the delay of its event loop since the last sample, ms. Null: it has none that can be asked. */
  readonly loopDelayMs: number | null;
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
/** The subject has a core of its own where there are two; the upstream and the load share the other. */
export const SUBJECT_CORE = ['taskset', '-c', '0'] as const;

/** Keeps this process, which makes the load, and what it starts from now on away from that core. */
export function leaveSubjectCore(): void {
  const others = cpus().length - 1;
  const [taskset] = SUBJECT_CORE;
  if (others > 0) execFileSync(taskset, ['-a', '-c', '-p', `1-${others}`, String(process.pid)]);
}

export async function startUpstream(): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const child = fork(here('./upstream.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port } = await message<{ port: number }>(child);
  return { port, stop: () => Promise.resolve(void child.kill()) };
}

/** http-proxy alone. */
export function startBareProxy(upstreamPort: number): Promise<Subject> {
  return startProxy('bare http-proxy', './bare-proxy.js', upstreamPort);
}

/** A proxy that has the duties of the sidecar, and no more. */
export function startFloor(upstreamPort: number): Promise<Subject> {
  return startProxy('floor: parses and records, scans nothing', './floor-proxy.js', upstreamPort);
}

async function startProxy(name: string, file: string, upstreamPort: number): Promise<Subject> {
  const [command, ...args] = [
    ...SUBJECT_CORE,
    process.execPath,
    here(file),
    `http://127.0.0.1:${upstreamPort}`,
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const { port } = await message<{ port: number }>(child);
  return {
    name,
    port,
    sample: async () => {
      const answer = message<{ cpu: NodeJS.CpuUsage; loopDelayMs: number }>(child);
      child.send('sample');
      const { cpu, loopDelayMs } = await answer;
      return { cpuMicros: cpu.user + cpu.system, loopDelayMs, rssMiB: rssMiB(child.pid) };
    },
    stop: () => Promise.resolve(void child.kill()),
  };
}

/** The sidecar as its image has it. `shadow`: a policy that it judges beside the first. */
export async function startGuarded(
  upstreamPort: number,
  policy: string,
  shadow: string | null = null,
): Promise<Guarded> {
  const shipped = shippedSidecar();
  const startedMs = performance.now();
  const sidecar = await startSidecar({
    upstreams: [`http://127.0.0.1:${upstreamPort}`],
    policy,
    shadow,
    main: shipped.main,
    under: ['env', ...shipped.env, ...SUBJECT_CORE],
  });
  const pid = sidecar.process.pid ?? 0;
  const ready = { wallMs: performance.now() - startedMs, cpuMs: cpuMicrosOf(pid) / 1000 };
  return {
    name: 'sidecar',
    pid,
    ready,
    port: Number(new URL(sidecar.inbound[0] ?? '').port),
    sample: async () => {
      const text = await (await fetch(`${sidecar.admin}/metrics`)).text();
      const seconds =
        metric(text, 'process_cpu_user_seconds_total') + metric(text, 'process_cpu_system_seconds_total');
      return {
        cpuMicros: 1e6 * seconds,
        loopDelayMs: 1000 * metric(text, 'nodejs_eventloop_lag_p99_seconds'),
        rssMiB: rssMiB(pid),
      };
    },
    stop: async () => {
      await sidecar.stop();
      shipped.remove();
    },
  };
}

/** CPU time of all threads of a process, in µs. */
export function cpuMicrosOf(pid: number): number {
  const nanos = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  );
  return nanos.reduce((sum, each) => sum + each, 0) / 1000;
}

/** Resident memory of a process, from procfs. NaN: it has ended. */
export function rssMiB(pid: number | undefined): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid ?? 0}/status`, 'utf8'))?.[1];
  return Number(kib) / 1024;
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
