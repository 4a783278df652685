import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from '../process/free-port.ts';

/** A counterpart's own server, running. */
export interface RunningServer {
  readonly origin: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ServerSetup {
  readonly program: string;
  readonly args: (port: number) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly healthPath: string;
  /** Default: a free one. */
  readonly port?: number;
}

const START_MS = 120_000;

/** Starts it on a port of the loopback and waits until it answers. @throws Error with the end of its output if it does not */
export async function startServer({
  program,
  args,
  env = {},
  healthPath,
  port: wantedPort,
}: ServerSetup): Promise<RunningServer> {
  const port = wantedPort ?? (await freePort());
  const child = spawn(program, args(port), {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-2000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    await exited;
    clearTimeout(late);
  };
  const origin = `http://127.0.0.1:${port}`;
  const startedMs = Date.now();
  while (Date.now() - startedMs < START_MS) {
    if (child.exitCode !== null) break;
    if (await answers(`${origin}${healthPath}`)) return { origin, pid: child.pid ?? 0, stop };
    await sleep(250);
  }
  await stop();
  throw new Error(`${program} did not come up:\n${output}`);
}

/** Sends `signal` to a process that still runs. @returns its exit status, once it is gone; null if a signal ended it */
export async function endChild(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
