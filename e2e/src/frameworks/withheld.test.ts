import { readFileSync, writeFileSync } from 'node:fs';

import { setTracingDisabled } from '@openai/agents';
import { format } from 'prettier';
import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { AGENTS } from './agents.ts';
import { startModelServer, type Lines } from './model-server.ts';
import type { Outcome } from './weather.ts';
import { endingOf } from './outcome.ts';
import { CALLERS } from './structured.ts';

const GUIDE = new URL('../../../docs/guide/clients.md', import.meta.url);

/** Has the shape of a credential and is none. */
const TOKEN = ['ghp', 'R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0'].join('_');
function policyOf(onBlock: string): string {
  return `version: 1
egress: { onBlock: ${onBlock}, secrets: { action: block } }
action:
  default: allow
  tools: [{ name: get_weather, arguments: "args.city != 'Atlantis'" }]
`;
}
const TWO_CALLS: Lines = { calls: [{ city: 'Paris' }, { city: 'Atlantis' }], pieces: ['All ', 'done.'] };
const CITY: Lines = { calls: [{ city: 'Paris' }], pieces: ['{"ci', 'ty":"Pa', 'ris"}'] };
const LEAK: Lines = {
  calls: [{ city: TOKEN }],
  pieces: ['{"ci', 'ty":"Paris ', TOKEN.slice(0, 9), `${TOKEN.slice(9)}"}`],
};

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
beforeAll(() => setTracingDisabled(true));
afterAll(() => dispatcher.close());

/** A boundary before a server that says one thing. */
interface Stage {
  readonly upstream: ScriptedUpstream;
  readonly finishing: SidecarProcess;
  readonly raising: SidecarProcess;
}

async function stage(lines: Lines): Promise<Stage> {
  const upstream = await startModelServer(lines);
  const upstreams = [upstream.origin];
  const [finishing, raising] = await Promise.all([
    startSidecar({ upstreams, policy: policyOf('finish') }),
    startSidecar({ upstreams, policy: policyOf('error') }),
  ]);
  return { upstream, finishing, raising };
}

async function strike({ upstream, finishing, raising }: Stage): Promise<void> {
  await Promise.all([finishing.stop(), raising.stop()]);
  await upstream.close();
}

/** `rows` become the table behind `heading` of the guide; `UPDATE_GOLDEN=1` writes it. */
async function expectTable(
  heading: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): Promise<void> {
  const page = readFileSync(GUIDE, 'utf8');
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
  const table = await format(lines.join(''), { parser: 'markdown' });
  const start = page.indexOf('\n| ', page.indexOf(heading)) + 1;
  const length = /^(?:\|.*\n)+/.exec(page.slice(start))?.[0].length ?? 0;
  const written = page.slice(0, start) + table + page.slice(start + length);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GUIDE, written);
  expect(readFileSync(GUIDE, 'utf8')).toBe(written);
}

/** What an agent gives that raises nothing, and the reason that it shows. */
function said({ text, reason }: Outcome): string {
  const words = text === '' ? 'nothing' : text.startsWith('A tool was') ? 'the refusal as its text' : text;
  return `${words}, reason \`${reason ?? 'none'}\``;
}

describe('a call that is refused behind one that has passed', () => {
  let set: Stage;
  const rows: string[][] = [];
  beforeAll(async () => {
    set = await stage(TWO_CALLS);
  });
  afterAll(() => strike(set));

  it.each(AGENTS)('is no success to $name', async (agent) => {
    const row = [agent.name];
    for (const sidecar of [set.finishing, set.raising]) {
      set.upstream.seen.length = 0;
      const ending = await endingOf(agent.run(sidecar.inbound[0] ?? '').then(said));
      // Whoever takes it for a success tells the model what the first call brought, and comes to this answer.
      expect(ending).not.toContain('All done.');
      expect([ending, set.upstream.seen.length]).toEqual([ending, 1]);
      expect(ending).toMatch(/^raises |`(content[_-]filter|refusal|error)`$/);
      row.push(ending);
    }
    rows.push(row);
  });

  it('is in the guide as it is (UPDATE_GOLDEN=1 rewrites)', async () => {
    await expectTable(
      '## A tool call that is refused after others',
      ['framework', '`onBlock: finish`', '`onBlock: error`'],
      rows,
    );
  });
});

describe('structured output', () => {
  let passing: Stage;
  let withheld: Stage;
  const rows: string[][] = [];
  beforeAll(async () => {
    [passing, withheld] = await Promise.all([stage(CITY), stage(LEAK)]);
  });
  afterAll(() => Promise.all([strike(passing), strike(withheld)]));

  it.each(CALLERS)('passes to $name', async (caller) => {
    expect(await caller.ask(passing.finishing.inbound[0] ?? '')).toEqual({ city: 'Paris' });
  });

  it.each(CALLERS)('is asked for once by $name where it is withheld', async (caller) => {
    const row = [caller.name];
    for (const sidecar of [withheld.finishing, withheld.raising]) {
      withheld.upstream.seen.splice(0);
      const ending = await endingOf(caller.ask(sidecar.inbound[0] ?? ''));
      expect([ending, withheld.upstream.seen.length]).toEqual([ending, 1]);
      expect(ending).toMatch(/^raises |^returns nothing$/);
      row.push(ending);
    }
    rows.push(row);
  });

  it('is in the guide as it is (UPDATE_GOLDEN=1 rewrites)', async () => {
    await expectTable(
      '## Structured output that is withheld',
      ['caller', '`onBlock: finish`', '`onBlock: error`'],
      rows,
    );
  });
});
