import { appendFile } from 'node:fs/promises';

import { isName, mintKey } from '../../callers/index.ts';
import { EXIT_OK, parseFlags, UsageError, type FlagSpec } from '../flags/flags.ts';

/** Environment and output of the command. */
export interface KeyIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

const DAY_MS = 24 * 60 * 60_000;

const FLAGS = [
  {
    name: 'subject',
    env: 'LLM_BOUNDARY_KEY_SUBJECT',
    kind: 'text',
    required: true,
    value: 'NAME',
    describe: 'Whose key it is: `caller.subject` of conditions.',
  },
  {
    name: 'group',
    env: 'LLM_BOUNDARY_KEY_GROUP',
    kind: 'text',
    repeatable: true,
    value: 'NAME',
    describe: 'A group of the subject, in `caller.groups`. Default: none.',
  },
  {
    name: 'days',
    env: 'LLM_BOUNDARY_KEY_DAYS',
    kind: 'number',
    range: [1, 3650],
    describe: 'The key ends after so many days. Default: 90.',
  },
  {
    name: 'file',
    env: 'LLM_BOUNDARY_KEY_FILE',
    kind: 'text',
    value: 'FILE',
    describe:
      'File to which the entry is added, which callers.apiKeys of a policy names. Default: none; the entry is printed after the key.',
  },
] as const satisfies readonly FlagSpec[];

const SPEC = {
  command: 'llm-boundary-sidecar callers key',
  describe:
    'Makes an API key: prints the key, which is kept nowhere, and writes its entry, which has the hash of it. The entry belongs into a Secret.',
  flags: FLAGS,
} as const;

/** @throws UsageError; system errors of the file, and then no key was printed */
export async function runKey(argv: readonly string[], { stdout, env }: KeyIo): Promise<number> {
  const parsed = parseFlags(SPEC, argv, env);
  if (parsed.kind === 'help') {
    stdout.write(parsed.text);
    return EXIT_OK;
  }
  const { subject, group: groups, days, file } = parsed.flags;
  for (const name of [subject, ...groups])
    if (!isName(name)) throw new UsageError(`${JSON.stringify(name)}: expected 1 to 256 characters`);
  if (groups.length > 256) throw new UsageError('--group: expected at most 256');
  const expires = new Date(Date.now() + (days ?? 90) * DAY_MS).toISOString();
  const { apiKey, line } = mintKey({ subject, groups, expires });
  if (file !== null) await appendFile(file, `${line}\n`, { mode: 0o600 });
  stdout.write(file === null ? `${apiKey}\n${line}\n` : `${apiKey}\n`);
  return EXIT_OK;
}
