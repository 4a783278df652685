import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

import { commandFolder } from '../testing/command-folder.ts';

const PAGE = readFileSync(
  fileURLToPath(new URL('../../../../../docs/guide/cookbook.md', import.meta.url)),
  'utf8',
);
const FOLDER = fileURLToPath(new URL('testdata', import.meta.url));

const { run, file } = commandFolder();

/** The policies of the page, by the name in the comment before each. */
const POLICIES = new Map(
  [...PAGE.matchAll(/<!-- cookbook: (\w+) -->\n\n```yaml\n([\s\S]*?)^```$/gm)].map(
    ([, name = '', policy = '']) => [name, policy] as const,
  ),
);

interface Trace {
  readonly name: string;
  /** Of the last exchange; those before it must pass. */
  readonly expect: string;
  readonly lines: readonly string[];
}

/** Exchanges of the same name, one after the other, are one trace. */
function tracesOf(agent: string): readonly Trace[] {
  const traces: { name: string; expect: string; lines: string[] }[] = [];
  for (const text of readFileSync(join(FOLDER, `${agent}.jsonl`), 'utf8')
    .trim()
    .split('\n')) {
    const { name, expect: expected } = JSON.parse(text) as { name: string; expect: string };
    const last = traces.at(-1);
    if (last?.name === name) {
      last.lines.push(text);
      last.expect = expected;
    } else traces.push({ name, expect: expected, lines: [text] });
  }
  return traces;
}

/** The same policy, in which no detector decides anything; links are left, since the page has them for what no rule of a tool sees. */
function withoutDetectors(policy: string): string {
  const document = parse(policy) as { readonly egress: object };
  const off = { action: 'off' };
  return stringify({
    ...document,
    ingress: { injection: off, pii: off, secrets: off },
    egress: { ...document.egress, pii: off, secrets: off, promptLeak: off },
  });
}

interface Judged {
  readonly code: string | null;
  readonly outcome: string;
  readonly unmet: readonly string[];
}

async function judge(policy: string, { lines }: Trace): Promise<readonly Judged[]> {
  const argv = ['test', await file('p.yaml', policy), '--traffic', await file('t.jsonl', lines.join('\n'))];
  const { out, err } = await run([...argv, '--json']);
  expect(err).toContain(`${lines.length} with an expectation`);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Judged);
}

it('has traces for every policy, and a policy for every trace', () => {
  expect(readdirSync(FOLDER).map((name) => basename(name, '.jsonl'))).toEqual([...POLICIES.keys()].sort());
  for (const agent of POLICIES.keys()) {
    const passing = tracesOf(agent).filter((trace) => trace.expect === 'allow').length;
    expect([passing >= 6, tracesOf(agent).length - passing >= 6]).toEqual([true, true]);
  }
});

describe.each([...POLICIES])('%s', (agent, policy) => {
  it('is valid as it stands on the page, without a warning', async () => {
    const { status, err } = await run(['check', await file('p.yaml', policy)]);
    expect([status, err]).toEqual([0, '']);
  });

  it.each(tracesOf(agent).map((trace) => [trace.expect, trace.name, trace] as const))(
    '%s: %s',
    async (_expected, _name, trace) => {
      for (const each of await judge(policy, trace)) expect(each.unmet).toEqual([]);
      const judged = await judge(withoutDetectors(policy), trace);
      for (const each of judged) expect(each.unmet).toEqual([]);
      if (trace.expect === 'block') expect(judged.at(-1)?.code).toBe('tool_not_allowed');
    },
  );
});
