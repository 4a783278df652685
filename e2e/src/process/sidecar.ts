import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { isMap, parseDocument } from 'yaml';

import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../../sidecar/dist/main.js', import.meta.url));

/** A real sidecar in a separate process, on free ports. */
export interface SidecarProcess {
  /** `http://127.0.0.1:PORT` of each inbound listener, in the order of the upstreams. */
  readonly inbound: readonly string[];
  readonly outbound: string;
  readonly admin: string;
  readonly auditDir: string;
  /** The mounted folder; `policy.yaml` in it is the policy. */
  readonly policyDir: string;
  readonly process: ChildProcess;
  /** Lines of standard error that have arrived: the structured log. A line may come after the answer that it is about; all are there after `stop`. */
  readonly log: readonly string[];
  /** Waits for a line of the log with all these parts. @throws Error with the log if none comes */
  logged(...parts: readonly string[]): Promise<string>;
  /** Resolves when the process has ended and all of its log is there. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface SidecarSetup {
  readonly upstreams: readonly string[];
  readonly policy: string;
  /** Judged beside it. Default: none. */
  readonly shadow?: string | null;
  /** The program. Default: the build. */
  readonly main?: string;
  /** A folder that remains when the process ends. Default: a temporary one. */
  readonly auditDir?: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Command that runs the process, such as `taskset -c 0`. Default: none. */
  readonly under?: readonly string[];
  /** File descriptor for standard output. Default: discarded. */
  readonly standardOutput?: number;
}

/** Starts the built sidecar and waits until it is ready. @throws Error with its log if it does not start */
export async function startSidecar({
  upstreams,
  policy,
  shadow = null,
  main = MAIN,
  auditDir: keptDir,
  args = [],
  env = {},
  under = [],
  standardOutput,
}: SidecarSetup): Promise<SidecarProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-sidecar-'));
  const [policyDir, auditDir] = [mkdtempSync(join(folder, 'policy-')), keptDir ?? join(folder, 'audit')];
  writeFileSync(join(policyDir, 'policy.yaml'), patient(policy));
  if (shadow !== null) writeFileSync(join(policyDir, 'shadow.yaml'), patient(shadow));
  const listeners = [
    ...upstreams.flatMap((upstream) => ['--inbound', `127.0.0.1:0=${upstream}`]),
    ...[
      '--outbound',
      '127.0.0.1:0',
      '--admin',
      '127.0.0.1:0',
      '--policy',
      policyDir,
      '--audit-dir',
      auditDir,
    ],
  ];
  const [command = process.execPath, ...rest] = [...under, process.execPath, main, ...listeners, ...args];
  const child = spawn(command, rest, {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', standardOutput ?? 'ignore', 'pipe'],
  });
  const log: string[] = [];
  const addresses = await listening(child, log, upstreams.length + 2);
  const at = (listener: string): string[] =>
    addresses.filter((entry) => entry.listener === listener).map((entry) => `http://${entry.address}`);
  // Not `exit`, after which the last lines may still be in the pipe.
  const closed = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    inbound: at('inbound'),
    outbound: at('outbound')[0] ?? '',
    admin: at('admin')[0] ?? '',
    auditDir,
    policyDir,
    process: child,
    log,
    async logged(...parts) {
      const find = (): string | undefined => log.find((line) => parts.every((part) => line.includes(part)));
      await until(
        `a line of the log with ${parts.join(', ')}`,
        () => log,
        () => find() !== undefined,
      );
      return find() ?? '';
    },
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      const code = await closed;
      rmSync(folder, { recursive: true, force: true });
      return code;
    },
  };
}

/**
 * A policy with time for detectors that no test uses up, unless it says how much there is: a machine that is slow for a moment must not change
 * a verdict, and the default is for users.
 */
export function patient(policy: string): string {
  const document = parseDocument(policy);
  const limits = document.get('limits');
  if (document.errors.length > 0 || !isMap(document.contents)) return policy;
  if (limits !== undefined && (!isMap(limits) || limits.has('detectorMs'))) return policy;
  document.setIn(['limits', 'detectorMs'], '600s');
  return document.toString();
}

interface Listening {
  readonly listener: string;
  readonly address: string;
}

/** Waits for the addresses of the listeners in the log. */
function listening(child: ChildProcess, log: string[], count: number): Promise<readonly Listening[]> {
  return new Promise((resolve, reject) => {
    const found: Listening[] = [];
    child.once('close', (code) =>
      reject(new Error(`the sidecar ended with ${code ?? 'a signal'}:\n${log.join('\n')}`)),
    );
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (!line.includes('"msg":"listening"')) return;
      found.push(JSON.parse(line) as Listening);
      if (found.length === count) resolve(found);
    });
  });
}
