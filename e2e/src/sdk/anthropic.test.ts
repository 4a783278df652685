import Anthropic from '@anthropic-ai/sdk';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY, RAISING, SECRET } from './policy.ts';

function message(content: readonly object[], stop = 'end_turn'): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  };
}
function event(type: string, rest: object): { event: string; data: object } {
  return {
    event: type,
    data: { type, ...rest },
  };
}
const START = event('message_start', { message: { ...message([]), stop_reason: null } });
function end(reason: string): { event: string; data: object }[] {
  return [
    event('message_delta', {
      delta: { stop_reason: reason, stop_sequence: null },
      usage: { output_tokens: 5 },
    }),
    event('message_stop', {}),
  ];
}
function block(index: number, content: object, deltas: readonly object[]): { event: string; data: object }[] {
  return [
    event('content_block_start', { index, content_block: content }),
    ...deltas.map((delta) => event('content_block_delta', { index, delta })),
    event('content_block_stop', { index }),
  ];
}
function text(pieces: readonly string[]): { event: string; data: object }[] {
  return block(
    0,
    { type: 'text', text: '' },
    pieces.map((piece) => ({ type: 'text_delta', text: piece })),
  );
}
const WEATHER = {
  name: 'get_weather',
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
};
function weather(city: string): { event: string; data: object }[] {
  return block(1, { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: {} }, [
    { type: 'input_json_delta', partial_json: '{"ci' },
    { type: 'input_json_delta', partial_json: `ty":"${city}"}` },
  ]);
}
function ask(content: string): {
  model: string;
  max_tokens: number;
  messages: { role: 'user'; content: string }[];
} {
  return {
    model: 'm',
    max_tokens: 10,
    messages: [{ role: 'user', content }],
  };
}

describe.each([
  ['finish', POLICY],
  ['error', RAISING],
])('the anthropic SDK, onBlock: %s', (onBlock, policy) => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  let client: Anthropic;

  beforeAll(async () => {
    upstream = await startUpstream((_, response) =>
      json(response, message([{ type: 'text', text: 'Hello.' }])),
    );
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy });
    client = new Anthropic({ apiKey: 'test', baseURL: sidecar.inbound[0] ?? '' });
  });
  beforeEach(() => void upstream.seen.splice(0));
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('raises a typed error for an injection, once, and nothing reaches the model', async () => {
    const failure = await client.messages.create(ask(INJECTION)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Anthropic.BadRequestError);
    expect((failure as InstanceType<typeof Anthropic.BadRequestError>).message).toContain(
      'injection_detected',
    );
    expect(upstream.seen).toHaveLength(0);
  });

  it('raises a typed error for a tool that is not allowed', async () => {
    const failure = await client.messages
      .create({ ...ask('Hi'), tools: [{ ...WEATHER, name: 'rm_rf' }] })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Anthropic.PermissionDeniedError);
  });

  it('redacts a whole reply and a stream alike', async () => {
    upstream.script = (seen, response) =>
      seen.body.includes('"stream":true')
        ? sse(response, [START, ...text(Array.from(`Write to ${EMAIL} today.`)), ...end('end_turn')])
        : json(response, message([{ type: 'text', text: `Write to ${EMAIL} today.` }]));
    const whole = await client.messages.create(ask('Where?'));
    const streamed = await client.messages.stream(ask('Where?')).finalMessage();
    for (const reply of [whole, streamed])
      expect(reply.content).toMatchObject([{ type: 'text', text: 'Write to [EMAIL] today.' }]);
  });

  it('lets a streamed tool call through when its arguments pass', async () => {
    upstream.script = (_, response) =>
      sse(response, [START, ...text(['Let me see. ']), ...weather('Paris'), ...end('tool_use')]);
    const reply = await client.messages.stream({ ...ask('Weather?'), tools: [WEATHER] }).finalMessage();
    expect(reply.content[1]).toMatchObject({
      type: 'tool_use',
      name: 'get_weather',
      input: { city: 'Paris' },
    });
    expect(reply.stop_reason).toBe('tool_use');
  });

  it('withholds a streamed tool call whose arguments do not pass', async () => {
    upstream.script = (_, response) =>
      sse(response, [START, ...text(['Let me see. ']), ...weather('Atlantis'), ...end('tool_use')]);
    const outcome = await client.messages
      .stream({ ...ask('Weather?'), tools: [WEATHER] })
      .finalMessage()
      .catch((error: unknown) => error);
    if (onBlock === 'finish')
      expect(outcome).toMatchObject({
        stop_reason: 'refusal',
        content: [{ type: 'text', text: 'Let me see. ' }],
      });
    else expect(outcome).toBeInstanceOf(Anthropic.APIError);
    expect(JSON.stringify(outcome)).not.toContain('Atlantis');
  });

  it('withholds a streamed secret, and the client learns of it', async () => {
    upstream.script = (_, response) =>
      sse(response, [
        START,
        ...text(['The token is ', SECRET.slice(0, 10), SECRET.slice(10), ' and so on.']),
        ...end('end_turn'),
      ]);
    const outcome = await client.messages
      .stream(ask('Token?'))
      .finalMessage()
      .catch((error: unknown) => error);
    if (onBlock === 'finish') expect(outcome).toMatchObject({ stop_reason: 'refusal' });
    else expect(outcome).toBeInstanceOf(Anthropic.APIError);
    expect(JSON.stringify(outcome)).not.toContain('ghp_');
  });

  it('raises when the upstream breaks off', async () => {
    upstream.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`event: message_start\ndata: ${JSON.stringify(START.data)}\n\n`);
      setTimeout(() => response.destroy(), 20);
    };
    const outcome = await client.messages
      .stream(ask('Hi'), { maxRetries: 0 })
      .finalMessage()
      .catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
  });
});
