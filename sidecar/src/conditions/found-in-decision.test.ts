import type { Decision, Hit, RefusalCode } from '../exchange/index.ts';
import { policyOf } from '../pipeline/test-kit.ts';
import { CONDITION_NAMES, CONDITIONS, conditionOf } from './condition.ts';
import { foundInDecision, type Found } from './found.ts';

const SEES = policyOf(
  'ingress: { pii: { action: redact }, secrets: { action: redact } }\naction: { tools: [{ name: mail, acts: outside }] }',
);

function hit(rule: string, code: RefusalCode, mode: Hit['mode'] = 'enforce'): Hit {
  return { control: 'egress', rule, action: 'redact', code, mode, pointer: null };
}

describe('what a decision shows', () => {
  const decision = (more: Partial<Decision>): Decision => ({
    kind: 'ingress',
    exchange: 'e',
    direction: 'inbound',
    dialect: 'openai-chat',
    method: 'POST',
    path: '/v1/chat/completions',
    verdict: 'allow',
    code: null,
    status: null,
    hits: [],
    model: null,
    tools: [],
    usage: null,
    policy: null,
    outcome: null,
    content: null,
    ...more,
  });
  const connection = {
    protocol: 'tls',
    host: 'h',
    port: 443,
    address: null,
    bytesSent: null,
    bytesReceived: null,
  } as const;

  it.each<[string, Partial<Decision>, string[], Found]>([
    ['a route that is not inspected', { verdict: 'pass' }, [], { reasons: [], blind: ['unread'] }],
    [
      'an unreadable request, observed',
      { hits: [hit('request.unreadable', 'request_malformed', 'observe')] },
      [],
      { reasons: [], blind: ['unread'] },
    ],
    ['a connection in', { verdict: 'pass', connection }, [], { reasons: [], blind: ['unread'] }],
    [
      'a connection out',
      { verdict: 'pass', direction: 'outbound', connection },
      [],
      { reasons: ['outbound'], blind: ['unread'] },
    ],
    [
      'a host that is refused',
      { verdict: 'block', code: 'host_not_allowed', direction: 'outbound' },
      [],
      { reasons: ['outbound'], blind: [] },
    ],
    ['a call', {}, ['weather'], { reasons: ['tool_called'], blind: [] }],
    ['a call that acts outside', {}, ['mail'], { reasons: ['tool_called', 'acting_tool'], blind: [] }],
    ['MCP', { mcp: { methods: [], version: 'v' } }, [], { reasons: ['mcp'], blind: [] }],
    [
      'personal data',
      { hits: [hit('pii.email', 'content_refused')] },
      [],
      { reasons: ['personal_data'], blind: [] },
    ],
    [
      'a credential, observed',
      { hits: [hit('secret.x', 'secret_detected', 'observe')] },
      [],
      { reasons: ['secret'], blind: [] },
    ],
    ['a document', { hits: [hit('document.x', 'document_leak')] }, [], { reasons: ['document'], blind: [] }],
    [
      'a malformed request that is refused',
      { verdict: 'block', code: 'request_malformed' },
      [],
      { reasons: [], blind: [] },
    ],
    ['a GET', { verdict: 'pass', method: 'GET' }, [], { reasons: [], blind: ['unread'] }],
    [
      'an image in a reply, observed',
      { kind: 'egress', hits: [hit('media.image', 'content_refused', 'observe')] },
      [],
      { reasons: [], blind: ['media'] },
    ],
    [
      'a reference in a reply, observed',
      { kind: 'egress', hits: [hit('media.opaque', 'content_refused', 'observe')] },
      [],
      { reasons: [], blind: [] },
    ],
    [
      'an image in a reply, withheld',
      { kind: 'egress', verdict: 'block', hits: [hit('media.image', 'content_refused')] },
      [],
      { reasons: [], blind: [] },
    ],
    ['the end of an uninspected route', { kind: 'close', verdict: 'pass' }, [], { reasons: [], blind: [] }],
    ['an answer', { kind: 'egress' }, [], { reasons: [], blind: [] }],
  ])('%s', (_name, more, calls, found) => {
    expect(
      foundInDecision(
        decision(more),
        calls.map((name) => ({ name })),
        SEES,
      ),
    ).toEqual(found);
  });

  it('a health check', () => {
    const check = decision({ verdict: 'pass', method: 'GET', path: '/health' });
    expect(foundInDecision(check, [], SEES, true)).toEqual({ reasons: [], blind: [] });
  });

  it('a call without a policy', () => {
    expect(foundInDecision(decision({}), [{ name: 'mail' }], null).reasons).toEqual(['tool_called']);
  });
});

it('every reason belongs to one condition', () => {
  const all = CONDITION_NAMES.flatMap((name) => CONDITIONS[name].map((reason) => [reason, name] as const));
  expect(new Set(all.map(([reason]) => reason)).size).toBe(all.length);
  for (const [reason, name] of all) expect(conditionOf(reason)).toBe(name);
});
