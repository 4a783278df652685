import { SCENARIOS } from '../demo/scenario.ts';
import {
  attemptOne,
  chat,
  CLIENT,
  codeOf,
  NAMESPACES,
  podOf,
  SIDECAR,
  told,
  type From,
  type Fixture,
} from './fixture.ts';
import { expect } from './steps.ts';
import type { Attempt, CallOutcome } from '../workloads/caller.ts';
import type { Called } from '../workloads/ticket-desk.ts';

const GUARDED = `http://model.${NAMESPACES.guarded}:8000`;
/** Of an invented customer; the unguarded model gives it away. */
const SECRET = /4539 ?1488 ?0343 ?6467/;

function scenarioOf(origin: string, index: number): Attempt {
  const scenario = SCENARIOS[index];
  if (scenario === undefined) throw new RangeError(`no scenario ${index}`);
  return {
    kind: 'http',
    url: `${origin}/v1/chat/completions`,
    body: { model: 'demo-agent', messages: scenario.messages, stream: scenario.stream },
  };
}

/** Chapter: the five-step failure and each control, on real traffic through the Service. */
export async function traffic(fixture: Fixture): Promise<void> {
  const { steps } = fixture;
  steps.chapter('Traffic');
  await steps.step('without the boundary, the five-step failure happens', () => leaks(fixture));
  await steps.step('with it, the hidden instruction is refused, and the refusal is on the record', () =>
    refused(fixture),
  );
  await steps.step('the same in other words: nothing leaves and no tool is called', () =>
    withheld(fixture, 1),
  );
  await steps.step('a plain question gets its answer without personal data', () => withheld(fixture, 2));
  await steps.step('a harmless question is answered', async () => {
    const outcome = await attemptOne(fixture, CLIENT, chat(GUARDED, 'Where is order 8812?'));
    expect(outcome.status === 200 && outcome.body.includes('warehouse'), told(outcome));
    return null;
  });
  for (const [name, attempt, status, code] of REFUSALS) {
    await steps.step(`${name}: ${code}`, async () => {
      const outcome = await attemptOne(fixture, CLIENT, attempt);
      expect(outcome.status === status && codeOf(outcome) === code, `expected ${status}: ${told(outcome)}`);
      return null;
    });
  }
  await steps.step("an agent's call to a host that policy does not list: host_not_allowed", () =>
    hostRefused(fixture),
  );
  await steps.step("an agent's call to its model passes both boundaries", () => agentPasses(fixture));
  await steps.step('an agent reads a ticket from its MCP server, and sees the tools of the policy', () =>
    ticketRead(fixture),
  );
  await steps.step(
    'MCP: a tool that policy does not list is refused and recorded, and the server never sees it',
    () => toolRefused(fixture),
  );
  await steps.step('MCP: a ticket with a hidden instruction is caught and recorded', () =>
    poisonCaught(fixture),
  );
}

interface Desk {
  readonly tools?: readonly string[];
  readonly calls?: readonly Called[];
  readonly failure?: string;
}

/** The official SDK's results from the MCP server, in a container. */
async function atTheDesk(
  fixture: Fixture,
  from: From,
  calls: readonly { readonly tool: string; readonly arguments?: object }[],
): Promise<Desk> {
  const { namespace, pod, container } = from;
  const output = await fixture.cluster.kubectl([
    ...['exec', '-n', namespace, pod, '-c', container, '--', 'node', '/app/workloads/mcp-call.bundle.js'],
    ...[`http://tickets.${NAMESPACES.clients}:8080/mcp`, JSON.stringify(calls)],
  ]);
  return JSON.parse(output) as Desk;
}

async function ticketRead(fixture: Fixture): Promise<string> {
  const { tools, calls, failure } = await atTheDesk(fixture, await agentOf(fixture), [
    { tool: 'get_ticket', arguments: { number: '8812' } },
  ]);
  const [called] = calls ?? [];
  expect(
    called?.text?.includes('warehouse') === true,
    `no ticket: ${failure ?? called?.error ?? 'without a reason'}`,
  );
  const listed = (tools ?? []).join(', ');
  expect(listed === 'list_tickets, get_ticket', `expected the tools of the policy, listed: ${listed}`);
  const log = await fixture.cluster.kubectl([
    ...['logs', '-n', NAMESPACES.guarded, '-l', 'app=agent', '-c', 'agent', '--tail=200'],
  ]);
  expect(log.includes('with a ticket'), 'the agent itself has read no ticket');
  return `tools ${listed}`;
}

/** The record of the agent's sidecar. */
async function agentRecord(fixture: Fixture): Promise<string> {
  const { namespace, pod } = await agentOf(fixture);
  return fixture.cluster.kubectl([
    ...['exec', '-n', namespace, pod, '-c', SIDECAR, '--', 'llm-boundary-audit', 'show', AUDIT],
  ]);
}

async function calledAtServer(fixture: Fixture, tool: string): Promise<number> {
  const log = await fixture.cluster.kubectl(['logs', '-n', NAMESPACES.clients, 'deployment/tickets']);
  return log.split('\n').filter((line) => line.includes(`"called":"${tool}"`)).length;
}

async function toolRefused(fixture: Fixture): Promise<string> {
  const asked = [{ tool: 'close_all_tickets' }];
  const { calls, failure } = await atTheDesk(fixture, await agentOf(fixture), asked);
  const [called] = calls ?? [];
  expect(called?.text === null, `it was carried out: ${failure ?? called?.text ?? ''}`);
  expect((await calledAtServer(fixture, 'close_all_tickets')) === 0, 'the server has seen the call');
  expect((await agentRecord(fixture)).includes('tool_not_allowed'), 'the refusal is not on the record');
  // Without a boundary it works: the refusal comes from the boundary.
  const open = await atTheDesk(fixture, CLIENT, asked);
  expect(open.calls?.[0]?.text === 'All tickets are closed.', 'the tool does not work');
  return called.error ?? '';
}

const POISON = /ignore all previous instructions/i;

async function poisonCaught(fixture: Fixture): Promise<string> {
  const asked = [{ tool: 'get_ticket', arguments: { number: '8813' } }];
  const open = await atTheDesk(fixture, CLIENT, asked);
  expect(POISON.test(open.calls?.[0]?.text ?? ''), 'the ticket is not poisoned: the check could not fail');
  const guarded = await atTheDesk(fixture, await agentOf(fixture), asked);
  expect(!POISON.test(JSON.stringify(guarded)), 'the instruction in the ticket has reached the agent');
  expect((await agentRecord(fixture)).includes('injection_detected'), 'it is not on the record');
  return guarded.calls?.[0]?.error ?? guarded.failure ?? 'withheld';
}

function post(path: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Attempt {
  return {
    kind: 'http',
    url: `${GUARDED}${path}`,
    body,
    headers,
  };
}

const REFUSALS: readonly (readonly [string, Attempt, number, string])[] = [
  ['a model that policy does not list', chat(GUARDED, 'Hello', { model: 'other' }), 403, 'model_not_allowed'],
  [
    'a tool that policy does not list',
    chat(GUARDED, 'Hello', {
      tools: [{ type: 'function', function: { name: 'delete_everything', parameters: { type: 'object' } } }],
    }),
    403,
    'tool_not_allowed',
  ],
  [
    'an endpoint that nothing inspects',
    { kind: 'http', url: `${GUARDED}/v1/batches` },
    404,
    'endpoint_not_allowed',
  ],
  ['a body over the limit', chat(GUARDED, 'a'.repeat(70_000)), 413, 'body_too_large'],
  [
    'a duplicate key',
    post(
      '/v1/chat/completions',
      '{"model":"demo-agent","messages":[],"messages":[{"role":"user","content":"x"}]}',
    ),
    400,
    'request_malformed',
  ],
];

async function leaks(fixture: Fixture): Promise<string> {
  const { status } = await fixture.cluster.get('pod', 'unguarded', NAMESPACES.clients);
  const origin = `http://${String(status?.['podIP'])}:8000`;
  const outcome = await attemptOne(fixture, CLIENT, scenarioOf(origin, 0));
  expect(outcome.status === 200, told(outcome));
  expect(SECRET.test(outcome.body), 'the unguarded model did not leak: the check could not fail');
  expect(outcome.body.includes('drop@collector.example.org'), 'no tool call to the attacker');
  return 'HTTP 200, records leaked, mail to the attacker';
}

async function refused(fixture: Fixture): Promise<string> {
  const outcome = await attemptOne(fixture, CLIENT, scenarioOf(GUARDED, 0));
  expect(outcome.status === 400 && codeOf(outcome) === 'injection_detected', told(outcome));
  const id = outcome.headers['llm-boundary-decision'] ?? '';
  expect(id !== '', 'the refusal has no header llm-boundary-decision');
  const pod = await podOf(fixture, NAMESPACES.guarded, 'model');
  const argv = [
    'exec',
    '-n',
    NAMESPACES.guarded,
    pod,
    '-c',
    SIDECAR,
    '--',
    'llm-boundary-audit',
    'show',
    AUDIT,
  ];
  const shown = await fixture.cluster.kubectl([...argv, '--exchange', id]);
  expect(shown.includes('injection_detected'), 'the record of the decision does not name its code');
  return `decision ${id}`;
}

/** Where the sidecar keeps its record. */
export const AUDIT = '/var/lib/llm-boundary/audit';

async function withheld(fixture: Fixture, index: number): Promise<string> {
  const outcome: CallOutcome = await attemptOne(fixture, CLIENT, scenarioOf(GUARDED, index));
  expect(outcome.failure === null, told(outcome));
  // Word by word in frames: joined before it is looked at.
  const said = [...outcome.body.matchAll(/"content":"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1]).join('');
  expect(!SECRET.test(outcome.body) && !SECRET.test(said), 'a card number left');
  expect(!outcome.body.includes('collector.example.org'), 'a tool call to the attacker left');
  return `status ${outcome.status}, ${codeOf(outcome) ?? 'redacted'}`;
}

async function agentOf(fixture: Fixture): Promise<From> {
  return {
    namespace: NAMESPACES.guarded,
    pod: await podOf(fixture, NAMESPACES.guarded, 'agent'),
    container: 'agent',
  };
}

async function hostRefused(fixture: Fixture): Promise<null> {
  const { status } = await fixture.cluster.get('pod', 'unguarded', NAMESPACES.clients);
  const origin = `http://${String(status?.['podIP'])}:8000`;
  const outcome = await attemptOne(fixture, await agentOf(fixture), chat(origin, 'Where is order 8812?'));
  expect(codeOf(outcome) === 'host_not_allowed', told(outcome));
  return null;
}

async function agentPasses(fixture: Fixture): Promise<null> {
  const outcome = await attemptOne(
    fixture,
    await agentOf(fixture),
    chat('http://model:8000', 'Where is order 8812?'),
  );
  expect(outcome.status === 200, told(outcome));
  return null;
}
