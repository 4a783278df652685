import OpenAI from 'openai';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, INJECTION, POLICY, RAISING, SECRET } from './policy.ts';

function completion(message: object, finish = 'stop'): object {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: finish }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  };
}
function chunk(delta: object, finish: string | null = null): { data: object } {
  return {
    data: {
      id: 'chatcmpl-1',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta, finish_reason: finish }],
    },
  };
}
function weather(city: string): object {
  return {
    tool_calls: [
      {
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
      },
    ],
  };
}
const TOOL = {
  type: 'function' as const,
  function: { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
};
function ask(content: string): { model: string; messages: { role: 'user'; content: string }[] } {
  return {
    model: 'm',
    messages: [{ role: 'user', content }],
  };
}

describe.each([
  ['finish', POLICY],
  ['error', RAISING],
])('the openai SDK, onBlock: %s', (onBlock, policy) => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  let client: OpenAI;

  beforeAll(async () => {
    upstream = await startUpstream((_, response) => json(response, completion({ content: 'Hello.' })));
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy });
    client = new OpenAI({ apiKey: 'test', baseURL: `${sidecar.inbound[0] ?? ''}/v1` });
  });
  beforeEach(() => void upstream.seen.splice(0));
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('raises a typed error for an injection, once, and nothing reaches the model', async () => {
    const failure = await client.chat.completions.create(ask(INJECTION)).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.BadRequestError);
    expect(failure).toMatchObject({ status: 400, code: 'injection_detected', type: 'invalid_request_error' });
    expect(upstream.seen).toHaveLength(0);
  });

  it('raises a typed error for a tool that is not allowed', async () => {
    const tools = [{ ...TOOL, function: { ...TOOL.function, name: 'rm_rf' } }];
    const failure = await client.chat.completions
      .create({ ...ask('Hi'), tools })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(failure).toMatchObject({ code: 'tool_not_allowed' });
    expect(upstream.seen).toHaveLength(0);
  });

  it('takes a secret out of the prompt', async () => {
    upstream.script = (_, response) => json(response, completion({ content: 'Hello.' }));
    const reply = await client.chat.completions.create(ask(`My token is ${SECRET}, is it any good?`));
    expect(reply.choices[0]?.message.content).toBe('Hello.');
    expect(upstream.seen[0]?.body).not.toContain(SECRET);
    expect(upstream.seen[0]?.body).toContain('[SECRET]');
  });

  it('redacts a whole reply and a stream alike', async () => {
    const text = `Write to ${EMAIL} today.`;
    upstream.script = (seen, response) =>
      seen.body.includes('"stream":true')
        ? sse(response, [
            chunk({ role: 'assistant', content: '' }),
            ...Array.from(text, (letter) => chunk({ content: letter })),
            chunk({}, 'stop'),
            '[DONE]',
          ])
        : json(response, completion({ content: text }));
    const whole = await client.chat.completions.create(ask('Where?'));
    let streamed = '';
    for await (const part of await client.chat.completions.create({ ...ask('Where?'), stream: true })) {
      streamed += part.choices[0]?.delta.content ?? '';
    }
    expect(whole.choices[0]?.message.content).toBe('Write to [EMAIL] today.');
    expect(streamed).toBe('Write to [EMAIL] today.');
  });

  it('lets a tool call through when its arguments pass, whole and streamed', async () => {
    upstream.script = (seen, response) =>
      seen.body.includes('"stream":true')
        ? sse(response, [
            chunk({ role: 'assistant' }),
            chunk(weather('Paris')),
            chunk({}, 'tool_calls'),
            '[DONE]',
          ])
        : json(response, completion(weather('Paris'), 'tool_calls'));
    const whole = await client.chat.completions.create({ ...ask('Weather?'), tools: [TOOL] });
    expect(whole.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    });
    const stream = client.chat.completions.stream({ ...ask('Weather?'), tools: [TOOL] });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
    });
  });

  it('withholds a tool call whose arguments do not pass, whole', async () => {
    upstream.script = (_, response) => json(response, completion(weather('Atlantis'), 'tool_calls'));
    const outcome = await client.chat.completions
      .create({ ...ask('Weather?'), tools: [TOOL] })
      .catch((error: unknown) => error);
    if (onBlock === 'finish')
      expect(outcome).toMatchObject({ choices: [{ finish_reason: 'content_filter' }] });
    else expect(outcome).toMatchObject({ status: 403, code: 'tool_not_allowed' });
    expect(JSON.stringify(outcome)).not.toContain('Atlantis');
    expect(upstream.seen).toHaveLength(1);
  });

  it('withholds a streamed secret, and the client learns of it', async () => {
    const words = [
      'The',
      ' token',
      ' is',
      ' ghp_',
      SECRET.slice(4, 20),
      SECRET.slice(20),
      ' and',
      ' so',
      ' on.',
    ];
    upstream.script = (_, response) =>
      sse(response, [
        chunk({ role: 'assistant' }),
        ...words.map((content) => chunk({ content })),
        chunk({}, 'stop'),
        '[DONE]',
      ]);
    let text = '';
    let finish: string | null = null;
    const outcome = await (async () => {
      for await (const part of await client.chat.completions.create({ ...ask('Token?'), stream: true })) {
        text += part.choices[0]?.delta.content ?? '';
        finish = part.choices[0]?.finish_reason ?? finish;
      }
      return 'ended';
    })().catch((error: unknown) => error);
    expect(text).not.toContain('ghp_');
    if (onBlock === 'finish') expect([outcome, finish]).toEqual(['ended', 'content_filter']);
    else expect(outcome).toMatchObject({ code: 'secret_detected' });
  });

  it('raises when the upstream breaks off, so that half a reply never looks whole', async () => {
    upstream.script = (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(`data: ${JSON.stringify(chunk({ content: 'Half a' }).data)}\n\n`);
      setTimeout(() => response.destroy(), 20);
    };
    const outcome = await (async () => {
      let text = '';
      const stream = await client.chat.completions.create({ ...ask('Hi'), stream: true }, { maxRetries: 0 });
      for await (const part of stream) text += part.choices[0]?.delta.content ?? '';
      return `ended with ${text}`;
    })().catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(Error);
  });

  it('serves responses, completions and embeddings', async () => {
    upstream.script = (seen, response) => {
      if (seen.path === '/v1/embeddings')
        json(response, {
          object: 'list',
          model: 'm',
          data: [{ object: 'embedding', index: 0, embedding: [0.5] }],
          usage: { prompt_tokens: 1, total_tokens: 1 },
        });
      else if (seen.path === '/v1/completions')
        json(response, {
          id: 'c',
          object: 'text_completion',
          created: 1,
          model: 'm',
          choices: [{ index: 0, text: `to ${EMAIL}`, logprobs: null, finish_reason: 'stop' }],
        });
      else
        json(response, {
          id: 'resp_1',
          object: 'response',
          created_at: 1,
          model: 'm',
          status: 'completed',
          output: [
            {
              type: 'message',
              id: 'msg_1',
              role: 'assistant',
              status: 'completed',
              content: [{ type: 'output_text', text: `to ${EMAIL}`, annotations: [] }],
            },
          ],
        });
    };
    expect(
      (await client.embeddings.create({ model: 'm', input: 'x', encoding_format: 'float' })).data[0]
        ?.embedding,
    ).toEqual([0.5]);
    expect((await client.completions.create({ model: 'm', prompt: 'x' })).choices[0]?.text).toBe(
      'to [EMAIL]',
    );
    expect((await client.responses.create({ model: 'm', input: 'x' })).output_text).toBe('to [EMAIL]');
    const refused = await client.responses
      .create({ model: 'm', input: INJECTION })
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ status: 400, code: 'injection_detected' });
  });
});
