import type { Decision, Hit, RefusalCode } from '../exchange/index.ts';
import { policyOf } from '../pipeline/test-kit.ts';
import { CONDITION_NAMES, CONDITIONS, conditionOf } from './condition.ts';
import { foundInDecision } from './found-in-decision.ts';
import type { Found } from './found.ts';

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
    expect(foundInDecision(check, [], SEES, { isBare: true })).toEqual({ reasons: [], blind: [] });
  });

  const out = (more: Partial<Decision>): Decision => decision({ direction: 'outbound', ...more });
  const opaque = (path: string, host?: string): Decision =>
    decision({ dialect: 'opaque', path, ...(host === undefined ? {} : { host, direction: 'outbound' }) });
  const to = (host: string | null, port: number, address: string | null = null): Decision =>
    out({ verdict: 'pass', connection: { ...connection, host, port, address } });

  it.each<[string, Decision, Parameters<typeof foundInDecision>[3], readonly string[]]>([
    ['another host', out({}), {}, ['outbound']],
    [
      'a model elsewhere that was not read',
      out({ verdict: 'block', code: 'request_malformed' }),
      {},
      ['outbound'],
    ],
    ['a host that the policy notes, before its request is looked at', out({}), { isEarly: true }, []],
    ['a model elsewhere', out({}), { isOfModel: true }, []],
    ['a thread', opaque('/v1/threads/t/runs'), {}, ['stored']],
    [
      'a conversation, refused',
      { ...opaque('/v1/conversations'), verdict: 'block', code: 'endpoint_not_allowed' },
      {},
      ['stored'],
    ],
    ['a cache of Gemini', opaque('/v1beta/cachedContents'), {}, ['stored']],
    ['a corpus of Vertex', opaque('/v1/projects/p/locations/l/ragCorpora'), {}, ['stored']],
    ['files of an API without a version', opaque('/files/1'), {}, []],
    ['a health check of files', opaque('/v1/files'), { isBare: true }, []],
    ['a rerank', opaque('/v1/rerank'), {}, ['retrieval']],
    ['contexts of Vertex', opaque('/v1/projects/p/locations/l:retrieveContexts'), {}, ['retrieval']],
    [
      'Qdrant over HTTP',
      opaque('/collections/c/points/search', 'qdrant.data.svc:6333'),
      {},
      ['retrieval', 'data_store', 'outbound'],
    ],
    ['Weaviate', opaque('/v1/graphql', 'weaviate:8080'), {}, ['data_store', 'outbound']],
    ['Pinecone', opaque('/query', 'tents-1.svc.eu.pinecone.io'), {}, ['data_store', 'outbound']],
    ['PostgreSQL', to('db', 5432), {}, ['data_store', 'outbound']],
    ['Redis by its address', to(null, 6379, '10.0.0.9'), {}, ['data_store', 'outbound']],
    ['Chroma by its name', to('chroma-0.chroma', 8000), {}, ['data_store', 'outbound']],
    ['a host that only begins like one', to('redistribution.test', 443), {}, ['outbound']],
    ['a document in a reply', decision({ kind: 'egress' }), { contributors: ['document'] }, ['retrieval']],
    [
      'a tool at the provider',
      decision({ kind: 'egress' }),
      { contributors: ['provider'] },
      ['tool_called', 'provider_tool'],
    ],
    ['its result', decision({ kind: 'egress' }), { contributors: ['tool'] }, ['tool_result']],
    [
      'a resource of MCP',
      decision({ dialect: 'mcp', mcp: { methods: ['resources/read'], version: 'v' } }),
      {},
      ['retrieval', 'mcp'],
    ],
    [
      'a call over MCP',
      decision({ dialect: 'mcp', mcp: { methods: ['tools/call'], version: 'v' } }),
      {},
      ['tool_result', 'mcp'],
    ],
  ])('%s', (_name, made, more, reasons) => {
    expect(foundInDecision(made, [], SEES, more).reasons).toEqual(reasons);
  });

  it.each<[string, Found]>([
    ['send_email', { reasons: ['tool_called', 'acting_tool'], blind: [] }],
    ['save_memory', { reasons: ['memory_tool', 'tool_called'], blind: [] }],
    ['search_docs', { reasons: ['retrieval', 'tool_called'], blind: [] }],
    ['zap', { reasons: ['tool_called'], blind: ['tools_unknown'] }],
    ['get_weather', { reasons: ['tool_called'], blind: [] }],
  ])('a call of %s', (name, found) => {
    expect(foundInDecision(decision({}), [{ name }], SEES)).toEqual(found);
  });

  it('a call that the provider runs', () => {
    expect(foundInDecision(decision({}), [{ name: 'web_search', atProvider: true }], SEES)).toEqual({
      reasons: ['retrieval', 'tool_called', 'provider_tool'],
      blind: [],
    });
  });

  it('a call without a policy', () => {
    expect(foundInDecision(decision({}), [{ name: 'weather' }], null).reasons).toEqual(['tool_called']);
    // Its name says it without a policy.
    expect(foundInDecision(decision({}), [{ name: 'mail' }], null).reasons).toEqual([
      'tool_called',
      'acting_tool',
    ]);
  });
});

it('every reason belongs to one condition', () => {
  const all = CONDITION_NAMES.flatMap((name) => CONDITIONS[name].map((reason) => [reason, name] as const));
  expect(new Set(all.map(([reason]) => reason)).size).toBe(all.length);
  for (const [reason, name] of all) expect(conditionOf(reason)).toBe(name);
});
