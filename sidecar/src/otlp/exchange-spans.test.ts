import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';

import { SpanStatusCode } from '@opentelemetry/api';

import { send } from '../pipeline/test-kit.ts';
import { chunk, DONE } from '../pipeline/testing/chat-stream.ts';
import { TracedLive } from './testing/traced-live.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const CANARY = 'canary-5f1d';
const SECRET = 'AKIAQ7WZ5TXN3RLMKB2D';
const PATH = '/v1/chat/completions';
const POLICY = 'action: { default: allow }';
const BLOCKING = 'ingress: { secrets: { action: block } }\naction: { default: deny }';

let traced: TracedLive | null = null;
afterEach(() => traced?.live.close());

function chat(content: string, more: object = {}): string {
  return JSON.stringify({ model: 'm', messages: [{ role: 'user', content }], ...more });
}

function reply(message: object): string {
  return JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm-2026',
    choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
  });
}

async function started(
  options: ConstructorParameters<typeof TracedLive>[0],
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TracedLive> {
  traced = new TracedLive(options, answer);
  await traced.live.start();
  return traced;
}

describe('the spans of an exchange', () => {
  it('are those of a model that was called', async () => {
    const { live, spans, span } = bound(
      await started({ policy: POLICY }, (_request, response) => {
        response.writeHead(200, JSON_TYPE).end(reply({ content: 'Good day.' }));
      }),
    );
    await send(live.port, { path: PATH, headers: JSON_TYPE, body: chat('Hello.') });
    expect(
      spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...['audit', 'audit', 'chat m', 'egress', 'inbound openai-chat', 'ingress']]);
    const root = span('inbound openai-chat');
    expect(root.status.code).toBe(SpanStatusCode.UNSET);
    expect(root.attributes).toEqual({
      'llm_boundary.exchange': expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
      'llm_boundary.direction': 'inbound',
      'llm_boundary.dialect': 'openai-chat',
      'llm_boundary.verdict': 'allow',
      'llm_boundary.outcome': 'completed',
      'llm_boundary.overhead': expect.any(Number) as number,
      'llm_boundary.policy.name': 'test',
      'llm_boundary.policy.sha256': expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      'http.request.method': 'POST',
      'http.response.status_code': 200,
    });
    expect(span('chat m')).toMatchObject({
      kind: 2,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'm',
        'gen_ai.response.model': 'm-2026',
        'gen_ai.usage.input_tokens': 7,
        'gen_ai.usage.output_tokens': 3,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(live.serverOrigin).port),
      },
    });
    const above = root.spanContext().spanId;
    const others = spans().filter((each) => each !== root);
    expect(others.map(({ parentSpanContext }) => parentSpanContext?.spanId)).toEqual(Array(5).fill(above));
  });

  it('are those of a refusal, without a call', async () => {
    const { live, spans, span } = bound(
      await started({ policy: BLOCKING }, (_request, response) => void response.writeHead(500).end()),
    );
    const got = await send(live.port, { path: PATH, headers: JSON_TYPE, body: chat(`Use ${SECRET}.`) });
    expect(got.status).toBe(400);
    expect(
      spans()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['audit', 'inbound openai-chat', 'ingress']);
    expect(span('inbound openai-chat')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: {
        'error.type': 'secret_detected',
        'llm_boundary.verdict': 'block',
        'llm_boundary.code': 'secret_detected',
        'llm_boundary.outcome': 'refused',
        'http.response.status_code': 400,
      },
    });
    expect(span('ingress').attributes).toMatchObject({ 'llm_boundary.verdict': 'block' });
    expect(span('ingress').attributes['llm_boundary.rules']).toEqual([expect.any(String) as string]);
  });

  it('say that the server failed', async () => {
    const { live, span } = bound(
      await started({ policy: POLICY }, (_request, response) => void response.destroy()),
    );
    await send(live.port, { path: PATH, headers: JSON_TYPE, body: chat('Hello.', { store: true }) });
    const failed = {
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'upstream_unavailable' },
    };
    expect(span('inbound openai-chat')).toMatchObject(failed);
    expect(span('chat m')).toMatchObject(failed);
  });

  it('say what the server answered instead of a reply', async () => {
    const { live, span } = bound(
      await started({ policy: POLICY }, (_request, response) => {
        response.writeHead(429, JSON_TYPE).end('{"error":{"message":"later"}}');
      }),
    );
    await send(live.port, { path: PATH, headers: JSON_TYPE, body: chat('Hello.') });
    expect(span('inbound openai-chat').status.code).toBe(SpanStatusCode.UNSET);
    expect(span('chat m')).toMatchObject({
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': '429' },
    });
  });

  it('end with the stream', async () => {
    let upstream: ServerResponse | null = null;
    const { live, spans, span } = bound(
      await started({ policy: POLICY }, (_request, response) => {
        upstream = response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(chunk({ role: 'assistant', content: 'Good day, and more of it. ' }));
      }),
    );
    const client = httpRequest({
      ...{ host: '127.0.0.1', port: live.port, method: 'POST', path: PATH, headers: JSON_TYPE, agent: false },
    });
    client.end(chat('Hello.', { stream: true }));
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(spans().map(({ name }) => name)).toEqual(['ingress', 'audit']);
    response.resume();
    (upstream as ServerResponse | null)?.end(chunk({}, 'stop') + DONE);
    await once(response, 'end');
    expect(spans().filter(({ kind }) => kind === 1)).toHaveLength(1);
    expect(span('chat m').attributes['gen_ai.response.time_to_first_chunk']).toEqual(
      expect.any(Number) as number,
    );
    expect(span('inbound openai-chat').attributes).toMatchObject({ 'llm_boundary.outcome': 'completed' });
  });

  it('are those of a tool that an MCP server runs', async () => {
    const policy = "action: { mcp: [{ server: 'w.svc:8080', tools: [look] }] }";
    const { live, span } = bound(
      await started({ policy, host: 'w.svc:8080' }, (_request, response) => {
        response
          .writeHead(200, JSON_TYPE)
          .end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text: 'x' }] } }));
      }),
    );
    const call = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'look', arguments: {} } };
    const headers = {
      ...JSON_TYPE,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    };
    expect(await send(live.port, { path: '/mcp', headers, body: JSON.stringify(call) })).toMatchObject({
      status: 200,
    });
    expect(span('tools/call look').attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2025-11-25',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'look',
    });
  });

  it.each([
    [false, {}],
    [
      true,
      {
        'gen_ai.operation.name': 'run_guardrail',
        'gen_ai.guardrail.target.type': 'input',
        'gen_ai.guardrail.verdict.type': 'deny',
        'gen_ai.guardrail.verdict.code': 'secret_detected',
        'gen_ai.guardrail.action.type': 'block',
        'gen_ai.guardrail.security.policy.id': 'test',
      },
    ],
  ])('have the attributes of the proposal for guardrails: %s', async (guardrails, expected) => {
    const { live, span } = bound(
      await started({ policy: BLOCKING, guardrails }, (_request, response) => void response.destroy()),
    );
    await send(live.port, { path: PATH, headers: JSON_TYPE, body: chat(SECRET) });
    const { attributes } = span('ingress');
    expect(attributes).toMatchObject(expected);
    expect(Object.keys(attributes).some((name) => name.startsWith('gen_ai.'))).toBe(guardrails);
  });
});

describe('no span has content', () => {
  const words = `${CANARY} in some words`;
  const tool = {
    type: 'function',
    function: { name: 'f', description: words, parameters: { type: 'object' } },
  };
  const called = {
    content: words,
    tool_calls: [
      {
        id: CANARY,
        type: 'function',
        function: { name: 'f', arguments: JSON.stringify({ [CANARY]: words }) },
      },
    ],
  };
  const headers = {
    ...JSON_TYPE,
    authorization: `Bearer ${CANARY}`,
    'x-secret': words,
    tracestate: `vendor=${CANARY}`,
    baggage: `key=${CANARY}`,
    traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    'user-agent': CANARY,
    cookie: CANARY,
  };

  it.each<[string, string, string, string]>([
    ['allowed', POLICY, PATH, chat(words, { tools: [tool] })],
    ['refused for a tool', BLOCKING, PATH, chat(words, { tools: [tool] })],
    ['refused for a secret', BLOCKING, PATH, chat(`${CANARY} ${SECRET}`)],
    ['malformed', POLICY, PATH, `{"${CANARY}`],
    ['of a model with a name of words', POLICY, PATH, chat('x', { model: words })],
    ['on a path that nothing knows', POLICY, `/v1/${CANARY}?q=${CANARY}`, chat(words)],
    ['observed', `mode: observe\n${BLOCKING}`, PATH, chat(words, { tools: [tool] })],
  ])('%s', async (_name, policy, path, body) => {
    const { live, spans } = bound(
      await started({ policy, guardrails: true }, (_request, response) => {
        response.writeHead(200, { ...JSON_TYPE, 'x-reply': CANARY }).end(reply(called));
      }),
    );
    await send(live.port, { path, headers, body });
    expect(spans().length).toBeGreaterThan(1);
    const exported = spans().map((span) => ({
      ...{ name: span.name, attributes: span.attributes, status: span.status, events: span.events },
      ...{
        links: span.links,
        context: span.spanContext(),
        state: span.spanContext().traceState?.serialize(),
      },
    }));
    expect(JSON.stringify(exported)).not.toContain(CANARY);
  });
});

function bound(of: TracedLive): {
  readonly live: TracedLive['live'];
  readonly spans: () => TracedLive['spans'];
  readonly span: TracedLive['span'];
} {
  return { live: of.live, spans: () => of.spans, span: (name) => of.span(name) };
}
