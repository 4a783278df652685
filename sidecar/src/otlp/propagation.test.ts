import { send } from '../pipeline/test-kit.ts';
import { TracedLive } from './testing/traced-live.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const CALLER = {
  traceparent: `00-${TRACE}-${PARENT}-01`,
  tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
  baggage: 'userId=alice',
};
const POLICY = "action: { default: allow }\nendpoints: { pass: ['GET /health'] }";
const JSON_TYPE = { 'content-type': 'application/json' };
const CHAT = {
  path: '/v1/chat/completions',
  body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello.' }] }),
};
const REPLY = JSON.stringify({
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Good day.' }, finish_reason: 'stop' }],
});

let traced: TracedLive | null = null;
afterEach(() => traced?.live.close());

/** What the server gets of the headers of the trace. */
async function passed(
  options: { readonly policy?: string; readonly isOn: boolean },
  headers: Readonly<Record<string, string>>,
  request: { readonly method?: string; readonly path: string; readonly body?: string } = CHAT,
): Promise<Readonly<Record<string, unknown>>> {
  traced = new TracedLive({ policy: POLICY, ...options }, (_request, response) => {
    response.writeHead(200, JSON_TYPE).end(REPLY);
  });
  await traced.live.start();
  const got = await send(traced.live.port, { ...request, headers: { ...JSON_TYPE, ...headers } });
  expect(got.status).toBe(200);
  const { traceparent, tracestate, baggage } = traced.requests[0]?.headers ?? {};
  return { traceparent, tracestate, baggage };
}

const PASSED = { method: 'GET', path: '/health' };

describe('without spans', () => {
  it.each<[string, string, typeof PASSED | typeof CHAT]>([
    ['an inspected request', POLICY, CHAT],
    ['a request of a listed route', POLICY, PASSED],
    ['an observed request', `mode: observe\n${POLICY}`, CHAT],
  ])('%s keeps the context of its caller', async (_name, policy, request) => {
    expect(await passed({ policy, isOn: false }, CALLER, request)).toEqual(CALLER);
  });

  it('one without a context gets none', async () => {
    expect(await passed({ isOn: false }, {})).toEqual({});
  });
});

describe('with spans', () => {
  it.each([
    ['an inspected request', CHAT, 'chat m'],
    ['a request of a listed route', PASSED, 'GET'],
  ])('%s has the span of the call as its parent', async (_name, request, call) => {
    const got = await passed({ isOn: true }, CALLER, request);
    const { spanId } = traced?.span(call).spanContext() ?? {};
    expect(got).toEqual({ ...CALLER, traceparent: `00-${TRACE}-${spanId}-01` });
    const root = traced?.spans.find(({ parentSpanContext }) => parentSpanContext?.spanId === PARENT);
    expect(root).toMatchObject({ name: expect.stringMatching(/^inbound /) as string, kind: 1 });
    expect(traced?.span(call).parentSpanContext?.spanId).toBe(root?.spanContext().spanId);
    expect(new Set(traced?.spans.map((span) => span.spanContext().traceId))).toEqual(new Set([TRACE]));
  });

  it.each([
    ['none', undefined],
    ['an empty one', ''],
    ['one of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['one of another form', `00-${TRACE}-${PARENT}`],
    ['two of them', `${CALLER.traceparent}, ${CALLER.traceparent}`],
    ['upper case', CALLER.traceparent.toUpperCase()],
  ])('a context that is no context begins a trace: %s', async (_name, traceparent) => {
    const { tracestate, baggage } = CALLER;
    const given = { tracestate, baggage, ...(traceparent === undefined ? {} : { traceparent }) };
    const got = await passed({ isOn: true }, given);
    const { traceId, spanId } = traced?.span('chat m').spanContext() ?? {};
    expect(got).toEqual({ traceparent: `00-${traceId}-${spanId}-03`, baggage });
    expect(traced?.span('inbound openai-chat').parentSpanContext).toBeUndefined();
  });

  it('a trace that is not sampled has no spans and stays one that is not sampled', async () => {
    const got = await passed({ isOn: true }, { ...CALLER, traceparent: `00-${TRACE}-${PARENT}-00` });
    expect(got['traceparent']).toMatch(new RegExp(`^00-${TRACE}-(?!${PARENT})[0-9a-f]{16}-00$`));
    expect(got['tracestate']).toBe(CALLER.tracestate);
    expect(traced?.spans).toEqual([]);
  });

  it('an observed request has spans and keeps the context of its caller', async () => {
    const got = await passed({ isOn: true, policy: `mode: observe\n${POLICY}` }, CALLER);
    expect(got).toEqual(CALLER);
    expect(traced?.span('chat m').spanContext().traceId).toBe(TRACE);
  });
});
