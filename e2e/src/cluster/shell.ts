import { spawn } from 'node:child_process';

/** Result of a command. */
export interface Finished {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellOptions {
  readonly input?: string;
  /** Milliseconds; the command is killed after it. Default: two minutes. */
  readonly timeoutMs?: number;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Standard input stays open until it settles. */
  readonly openUntil?: Promise<unknown>;
}

const TIMEOUT_MS = 120_000;
/** Grace period between SIGTERM and SIGKILL. */
const GRACE_MS = 5000;

/** Runs a command to its end. Rejects only if it cannot be started. A command that timed out has status 124. */
export function run(command: string, argv: readonly string[], options: ShellOptions = {}): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.env === undefined ? {} : { env: { ...process.env, ...options.env } }),
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let late = false;
    let timer = setTimeout(() => {
      late = true;
      child.kill('SIGTERM');
      timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    }, options.timeoutMs ?? TIMEOUT_MS);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({
        status: late ? 124 : (status ?? 1),
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString(),
      });
    });
    // A command that ends before it has read its input is judged by its status.
    child.stdin.on('error', () => undefined);
    const end = (): void => void child.stdin.end(options.input ?? '');
    if (options.openUntil === undefined) end();
    else options.openUntil.then(end, end);
  });
}

/** Runs a command and returns standard output. @throws Error with the command's output if its status is not 0 */
export async function must(
  command: string,
  argv: readonly string[],
  options: ShellOptions = {},
): Promise<string> {
  const finished = await run(command, argv, options);
  if (finished.status !== 0) {
    const said = `${finished.stderr.slice(-1500)}${finished.stdout.slice(-500)}`.trim();
    throw new Error(`${[command, ...argv].join(' ').slice(0, 200)}: status ${finished.status}: ${said}`);
  }
  return finished.stdout;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Polls until the result is not null. @param what named in the error; may be a function of the last state @throws Error on timeout */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | null>,
  everyMs = 500,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  let last = '';
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== null) return answer;
    } catch (error) {
      last = error instanceof Error ? error.message : 'an unknown error';
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${seconds} s${last === '' ? '' : `; last: ${last}`}`);
    }
    await pause(everyMs);
  }
}
