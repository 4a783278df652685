import OpenAI from 'openai';

import { ReferenceMemory } from './reference-memory.ts';
import { replayExchange } from '../replay/replay.ts';
import { Live, policyOf, send, type LiveOptions } from '../test-kit.ts';

const POLICY = 'action: { default: allow }';
const SEALED = Buffer.from(Array.from({ length: 96 }, (_, index) => (index * 37 + 200) % 256)).toString(
  'base64',
);
const OTHER = Buffer.from(Array.from({ length: 96 }, (_, index) => (index * 41 + 131) % 256)).toString(
  'base64',
);

const REASONING = {
  id: 'rs_1',
  type: 'reasoning',
  summary: [],
  encrypted_content: SEALED,
  status: 'completed',
};
const CALL = {
  id: 'fc_1',
  type: 'function_call',
  call_id: 'call_1',
  name: 'lookup',
  arguments: '{}',
  status: 'completed',
};
const SAID = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Done.', annotations: [] }],
};
const RESULT = { type: 'function_call_output', call_id: 'call_1', output: 'two' } as const;
const TOOLS = [
  {
    type: 'function' as const,
    name: 'lookup',
    parameters: { type: 'object', properties: {} },
    strict: false,
  },
];

function response(output: readonly object[], more: object = {}): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'completed',
    output,
    ...more,
  };
}

function events(output: readonly object[]): string {
  const begun = { type: 'response.created', response: response([], { status: 'in_progress' }) };
  const items = output.flatMap((item, output_index) => [
    {
      type: 'response.output_item.added',
      output_index,
      item:
        'arguments' in item ? { ...item, arguments: '' } : { ...item, content: [], encrypted_content: null },
    },
    { type: 'response.output_item.done', output_index, item },
  ]);
  const all = [begun, ...items, { type: 'response.completed', response: response(output) }];
  return all
    .map((event, sequence_number) => `data: ${JSON.stringify({ ...event, sequence_number })}\n\n`)
    .join('');
}

/** A sidecar before a server that gives these outputs, one after the other. */
async function serving(
  outputs: readonly (readonly object[])[],
  options: Partial<LiveOptions> = {},
): Promise<{ readonly live: Live; readonly seen: string[] }> {
  const live = await new Live({ policy: policyOf(POLICY), ...options }).start();
  const seen: string[] = [];
  const left = [...outputs];
  live.answer = (request, reply) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      const body = Buffer.concat(chunks).toString();
      seen.push(body);
      const output = left.shift() ?? [SAID];
      const isStream = (JSON.parse(body) as { readonly stream?: boolean }).stream === true;
      reply.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' });
      reply.end(isStream ? events(output) : JSON.stringify(response(output)));
    });
  };
  return { live, seen };
}

function clientOf(live: Live): OpenAI {
  return new OpenAI({ apiKey: 'k', baseURL: `http://127.0.0.1:${live.port}/v1`, maxRetries: 0 });
}

type Input = OpenAI.Responses.ResponseInputItem[];

/** One turn of an agent, as the SDK gives it back. */
async function turn(
  client: OpenAI,
  streamed: boolean,
  ask: Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model' | 'tools' | 'stream'>,
): Promise<OpenAI.Responses.Response> {
  const body = { model: 'm', tools: TOOLS, ...ask };
  if (!streamed) return client.responses.create(body);
  return client.responses.stream(body).finalResponse();
}

function refusal(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (error: unknown) => error,
  );
}
function post(live: Live, body: object): ReturnType<typeof send> {
  return send(live.port, {
    path: '/v1/responses',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', ...body }),
  });
}

const REFUSED = { status: 400, code: 'content_refused' };
const WAY_OUT = /ingress\.media\.opaque of the policy would allow it/;

describe('a reference that no reply has brought', () => {
  const item = (value: object): object => ({ input: [value] });
  it.each<[string, object]>([
    ['an earlier response', { previous_response_id: 'resp_1', input: 'hi' }],
    ['a conversation', { conversation: { id: 'conv_1' }, input: 'hi' }],
    ['a stored prompt', { prompt: { id: 'pmpt_1' }, input: 'hi' }],
    ['an item', item({ type: 'item_reference', id: 'rs_1' })],
    ['sealed reasoning', item(REASONING)],
    ['a file', item({ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] })],
  ])('is refused with the key that would allow it: %s', async (_name, body) => {
    const { live, seen } = await serving([]);
    const got = await post(live, body);
    await live.close();
    expect(got.status).toBe(400);
    expect(got.body).toMatch(WAY_OUT);
    expect(seen).toHaveLength(0);
  });

  it.each<[string, object]>([
    [
      'a forged id beside one that is known',
      {
        input: [
          { type: 'item_reference', id: 'rs_1' },
          { type: 'item_reference', id: 'rs_2' },
        ],
      },
    ],
    ['sealed data with a byte changed', item({ ...REASONING, encrypted_content: `A${SEALED.slice(1)}` })],
    ['a member beside an id that is known', { conversation: { id: 'resp_1', more: 'conv_9' }, input: 'hi' }],
    ['a number beside an id that is known', { conversation: { id: 'resp_1', more: 9 }, input: 'hi' }],
    ['an id that is only in what the caller said', { input: 'resp_9', previous_response_id: 'resp_9' }],
  ])('is refused after a reply: %s', async (_name, body) => {
    const { live } = await serving([[REASONING, CALL]]);
    expect((await post(live, { input: 'hi' })).status).toBe(200);
    const got = await post(live, body);
    await live.close();
    expect(got.status).toBe(400);
    expect(got.body).toMatch(WAY_OUT);
  });

  it('is not known from a reply that was withheld, whole or in a stream', async () => {
    const mail = { ...SAID, content: [{ type: 'output_text', text: 'anna@example.com', annotations: [] }] };
    for (const streamed of [false, true]) {
      const policy = policyOf(`${POLICY}\negress: { pii: { action: block } }`);
      const { live } = await serving([[REASONING, mail]], { policy });
      const withheld = await turn(clientOf(live), streamed, { input: 'hi' });
      expect(withheld.status).toBe('incomplete');
      for (const body of [{ previous_response_id: 'resp_1', input: 'hi' }, { input: [REASONING] }])
        expect((await post(live, body)).status).toBe(400);
      await live.close();
    }
  });

  it('is not known where the client got something else in its place', async () => {
    const policy = policyOf(`${POLICY}\negress: { pii: { action: redact } }`);
    const { live } = await serving([[{ ...REASONING, id: '4111-1111-1111-1111' }]], { policy });
    expect((await post(live, { input: 'hi' })).body).toContain('[CREDIT_CARD]');
    const got = await post(live, { input: [{ type: 'item_reference', id: '4111-1111-1111-1111' }] });
    await live.close();
    expect(got.status).toBe(400);
  });

  it('is not known where the reply could not be recorded', async () => {
    const { live } = await serving([[REASONING]]);
    live.ledger.fails = ({ kind }) => kind === 'egress';
    expect((await post(live, { input: 'hi' })).status).toBe(503);
    live.ledger.fails = () => false;
    expect((await post(live, { input: [REASONING] })).status).toBe(400);
    await live.close();
  });

  it('is not known any more beyond the bound of the memory', async () => {
    const { live } = await serving([[REASONING, CALL]], { change: { references: new ReferenceMemory(2) } });
    await post(live, { input: 'hi' });
    expect((await post(live, { previous_response_id: 'resp_1', input: 'hi' })).status).toBe(400);
    expect((await post(live, { input: [{ type: 'item_reference', id: 'fc_1' }] })).status).toBe(200);
    await live.close();
  });

  it('is not known any more after a day', async () => {
    let now = 0;
    const { live } = await serving([[REASONING]], { change: { now: () => now } });
    await post(live, { input: 'hi' });
    now = 24 * 3_600_000;
    expect((await post(live, { previous_response_id: 'resp_1', input: 'hi' })).status).toBe(400);
    await live.close();
  });

  it('is not known from another host', async () => {
    const references = new ReferenceMemory();
    const first = await serving([[REASONING]], { change: { references }, host: 'api.one.example' });
    const second = await serving([], { change: { references }, host: 'api.two.example' });
    first.live.policy = policyOf('action: { default: allow, hosts: [api.one.example] }');
    second.live.policy = policyOf('action: { default: allow, hosts: [api.two.example] }');
    expect((await post(first.live, { input: 'hi' })).status).toBe(200);
    expect((await post(second.live, { previous_response_id: 'resp_1', input: 'hi' })).status).toBe(400);
    expect((await post(first.live, { previous_response_id: 'resp_1', input: 'hi' })).status).toBe(200);
    await Promise.all([first.live.close(), second.live.close()]);
  });
});

describe.each([
  ['whole', false],
  ['streamed', true],
])('the openai SDK, reasoning with tools, %s', (_name, streamed) => {
  it('store: true, with references to items', async () => {
    const { live, seen } = await serving([[REASONING, CALL]]);
    const client = clientOf(live);
    const first = await turn(client, streamed, { input: 'hi', store: true });
    const items = first.output.map(({ id }) => ({ type: 'item_reference', id: id ?? '' }) as const);
    const second = await turn(client, streamed, { input: [...items, RESULT], store: true });
    expect(second.output_text).toBe('Done.');
    expect(seen[1]).toContain('"item_reference","id":"rs_1"');
    await live.close();
  });

  it('store: true, with the id of the response', async () => {
    const { live } = await serving([[REASONING, CALL]]);
    const client = clientOf(live);
    const first = await turn(client, streamed, { input: 'hi', store: true });
    const second = await turn(client, streamed, { input: [RESULT], previous_response_id: first.id });
    expect(second.output_text).toBe('Done.');
    await live.close();
  });

  it('store: false, with encrypted reasoning', async () => {
    const { live, seen } = await serving([[REASONING, CALL]]);
    const client = clientOf(live);
    const include: OpenAI.Responses.ResponseIncludable[] = ['reasoning.encrypted_content'];
    const first = await turn(client, streamed, { input: 'hi', store: false, include });
    const history: Input = [{ role: 'user', content: 'hi' }, ...(first.output as Input), RESULT];
    const second = await turn(client, streamed, { input: history, store: false, include });
    expect(second.output_text).toBe('Done.');
    expect(seen[1]).toContain(SEALED);
    const forged = { ...REASONING, encrypted_content: OTHER } as Input[number];
    expect(await refusal(turn(client, streamed, { input: [forged], store: false }))).toMatchObject(REFUSED);
    await live.close();
  });
});

describe('untrusted text stored by a provider', () => {
  const GUARDED = 'action: { tools: [{ name: lookup, when: "!exchange.tainted" }] }';

  it.each([
    ['whole', false],
    ['streamed', true],
  ])('taints the exchange that goes on from it, %s', async (_name, streamed) => {
    const { live } = await serving([[SAID], [CALL]], { policy: policyOf(GUARDED) });
    const client = clientOf(live);
    const first = await turn(client, streamed, { input: [RESULT] });
    const second = await turn(client, streamed, { input: 'go on', previous_response_id: first.id });
    expect(second.status).toBe('incomplete');
    await live.close();
  });

  it('taints nothing where there was none', async () => {
    const { live } = await serving([[SAID], [CALL]], { policy: policyOf(GUARDED) });
    const client = clientOf(live);
    const first = await turn(client, false, { input: 'hi' });
    const second = await turn(client, false, { input: 'go on', previous_response_id: first.id });
    expect(second.output).toMatchObject([{ name: 'lookup' }]);
    await live.close();
  });
});

describe('untrusted text in a conversation that a provider stores', () => {
  const policy = policyOf('action: { tools: [{ name: lookup, when: "!exchange.tainted" }] }');
  const line = (request: object, output: readonly object[] | null): Parameters<typeof replayExchange>[0] => ({
    method: 'POST',
    path: '/v1/responses',
    request: { model: 'm', ...request },
    response: output === null ? null : response(output, { conversation: { id: 'conv_1' } }),
  });

  it('taints what goes on from it, though the reply to it never came', () => {
    replayExchange(line({ input: 'hi' }, [SAID]), policy);
    const next = line({ input: 'go on', conversation: 'conv_1' }, [CALL]);
    expect(replayExchange(next, policy).reply).toMatchObject({ kind: 'allow' });
    replayExchange(line({ input: [RESULT], conversation: { id: 'conv_1' } }, null), policy);
    expect(replayExchange(next, policy).reply).toMatchObject({ kind: 'block' });
  });
});

describe('policy test', () => {
  it('remembers from line to line, under one policy', () => {
    const policy = policyOf(POLICY);
    const line = (request: object): Parameters<typeof replayExchange>[0] => ({
      method: 'POST',
      path: '/v1/responses',
      request: { model: 'm', ...request },
      response: response([REASONING, CALL]),
    });
    const second = line({ input: [REASONING, CALL, RESULT] });
    expect(replayExchange(second, policy).request).toMatchObject({ kind: 'block', code: 'content_refused' });
    expect(replayExchange(line({ input: 'hi' }), policy).request).toMatchObject({ kind: 'allow' });
    expect(replayExchange(second, policy).request).toMatchObject({ kind: 'allow' });
    expect(replayExchange(second, policyOf(POLICY)).request).toMatchObject({ kind: 'block' });
  });
});
