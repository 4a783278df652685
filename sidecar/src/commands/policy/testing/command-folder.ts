import { afterEach, beforeEach } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { runPolicyCommand } from '../command.ts';

export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export interface CommandFolder {
  /** Runs `policy ARGV`; its output calls the folder DIR. */
  readonly run: (
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
    stdin?: string,
  ) => Promise<Ran>;
  /** The path of a name in the folder. */
  readonly at: (name: string) => string;
  /** Writes a file of the folder. @returns its path. */
  readonly file: (name: string, text: string) => Promise<string>;
}

/** A folder for each test of the file that calls this, and the policy command beside it. */
export function commandFolder(): CommandFolder {
  let folder = '';
  const at = (name: string): string => join(folder, name);
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'policy-command-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  return {
    at,
    async run(argv, env = {}, stdin = '') {
      let out = '';
      let err = '';
      const status = await runPolicyCommand(argv, {
        stdout: { write: (text) => (out += text) },
        stderr: { write: (text) => (err += text) },
        env,
        stdin: Readable.from([stdin]),
      });
      return { status, out: out.replaceAll(folder, 'DIR'), err: err.replaceAll(folder, 'DIR') };
    },
    async file(name, text) {
      const path = at(name);
      await writeFile(path, text);
      return path;
    },
  };
}
