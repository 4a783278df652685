import { describe, expect, it } from '@jest/globals';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { parsePolicy } from '../../policy/document/parse.ts';
import { replayExchange } from '../replay/replay.ts';
import type { OpenlyOffered } from '../../telemetry/open-schemas.ts';
import { Live, policyOf, send } from '../test-kit.ts';

const SCHEMA = {
  type: 'object',
  properties: { amount: { type: 'integer', maximum: 50 } },
  required: ['amount'],
};

function policyWith(entry: string): CompiledPolicy {
  return policyOf(`action: { tools: [{ name: pay, ${entry} }] }`);
}

const HELD = policyWith(`schema: ${JSON.stringify(SCHEMA)}`);
const OFFERED = policyWith('schema: offered');

/** What an API makes of an offer with a schema, and of a call. */
interface Api {
  readonly path: string;
  request(schema: unknown): object;
  reply(args: object): object;
}

const CHAT: Api = {
  path: '/v1/chat/completions',
  request: (parameters) => ({
    model: 'm',
    messages: [{ role: 'user', content: 'Pay it.' }],
    tools: [{ type: 'function', function: { name: 'pay', parameters } }],
  }),
  reply: (args) => ({
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c', type: 'function', function: { name: 'pay', arguments: JSON.stringify(args) } },
          ],
        },
        finish_reason: 'tool_calls',
      },
    ],
  }),
};
const APIS: Readonly<Record<string, Api>> = {
  chat: CHAT,
  responses: {
    path: '/v1/responses',
    request: (parameters) => ({
      model: 'm',
      input: 'Pay it.',
      tools: [{ type: 'function', name: 'pay', parameters, strict: true }],
    }),
    reply: (args) => ({
      id: 'r',
      object: 'response',
      status: 'completed',
      model: 'm',
      output: [
        { type: 'function_call', id: 'f', call_id: 'c', name: 'pay', arguments: JSON.stringify(args) },
      ],
    }),
  },
  anthropic: {
    path: '/v1/messages',
    request: (input_schema) => ({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'Pay it.' }],
      tools: [{ name: 'pay', input_schema }],
    }),
    reply: (input) => ({
      id: 'r',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'tool_use', id: 'c', name: 'pay', input }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  },
  gemini: {
    path: '/v1beta/models/m:generateContent',
    request: (parametersJsonSchema) => ({
      contents: [{ role: 'user', parts: [{ text: 'Pay it.' }] }],
      tools: [{ functionDeclarations: [{ name: 'pay', parametersJsonSchema }] }],
    }),
    reply: (args) => ({
      candidates: [
        {
          content: { role: 'model', parts: [{ functionCall: { name: 'pay', args } }] },
          finishReason: 'STOP',
        },
      ],
    }),
  },
  ollama: {
    path: '/api/chat',
    request: (parameters) => ({
      model: 'm',
      stream: false,
      messages: [{ role: 'user', content: 'Pay it.' }],
      tools: [{ type: 'function', function: { name: 'pay', parameters } }],
    }),
    reply: (args) => ({
      model: 'm',
      message: {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'pay', arguments: args } }],
      },
      done: true,
    }),
  },
};

function judge(
  policy: CompiledPolicy,
  args: object,
  { schema = SCHEMA, api = CHAT }: { schema?: unknown; api?: Api } = {},
): unknown {
  const { request, reply } = replayExchange(
    { method: 'POST', path: api.path, request: api.request(schema), response: api.reply(args) },
    policy,
  );
  return { request, reply };
}

const REFUSED = { kind: 'block', code: 'tool_not_allowed', hits: [{ rule: 'tool.schema' }] };
const PASSES = { kind: 'allow' };

describe.each(Object.entries(APIS))('arguments of a call in %s', (_name, api) => {
  it.each<[string, CompiledPolicy]>([
    ['of the policy', HELD],
    ['of the offer', OFFERED],
  ])('must fit the schema %s', (_which, policy) => {
    for (const args of [{}, { amount: 51 }, { amount: '5' }, { Amount: 5, amount: 5 }])
      expect(judge(policy, args, { api })).toMatchObject({ reply: REFUSED });
    expect(judge(policy, { amount: 5 }, { api })).toMatchObject({ request: PASSES, reply: PASSES });
  });

  it('may be any under an offer without conditions', () => {
    expect(judge(policyWith(''), { amount: 51 }, { api })).toMatchObject({ reply: PASSES });
  });
});

describe('arguments of a streamed call', () => {
  it.each<[string, CompiledPolicy]>([
    ['of the policy', HELD],
    ['of the offer', OFFERED],
  ])('must fit the schema %s, however they are cut', (_which, policy) => {
    const verdictOn = (...pieces: readonly string[]): unknown => {
      const deltas = pieces.map((text, at) => ({
        tool_calls: [
          {
            index: 0,
            ...(at === 0 ? { id: 'c', type: 'function' } : {}),
            function: { ...(at === 0 ? { name: 'pay' } : {}), arguments: text },
          },
        ],
      }));
      const frames = [
        ...deltas.map((delta) => ({ choices: [{ index: 0, delta, finish_reason: null }] })),
        { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
      ].map(
        (frame) =>
          `data: ${JSON.stringify({ id: 'r', object: 'chat.completion.chunk', model: 'm', ...frame })}\n\n`,
      );
      return replayExchange(
        {
          method: 'POST',
          path: CHAT.path,
          request: { ...CHAT.request(SCHEMA), stream: true },
          response: `${frames.join('')}data: [DONE]\n\n`,
        },
        policy,
      ).reply;
    };
    expect(verdictOn('{"amount":5', '1}')).toMatchObject(REFUSED);
    expect(verdictOn('{"amo', 'unt":5}')).toMatchObject(PASSES);
  });
});

describe('an offered schema', () => {
  it.each<[string, unknown]>([
    ['is missing', null],
    ['refers to another place', { $ref: 'https://example.com/pay.json' }],
    ['has a pattern beyond RE2', { properties: { to: { pattern: '(?=a)' } } }],
    ['has no schema for a keyword', { properties: { to: 'text' } }],
  ])('that %s is refused when it is offered', (_what, schema) => {
    expect(judge(OFFERED, { amount: 5 }, { schema })).toMatchObject({ request: REFUSED });
  });

  it('must fit beside that of the policy', () => {
    const both = policyWith('schema: [offered, { properties: { amount: { minimum: 1 } } }]');
    expect(judge(both, { amount: 0 })).toMatchObject({ reply: REFUSED });
    expect(judge(both, { amount: 51 })).toMatchObject({ reply: REFUSED });
    expect(judge(both, { amount: 1 })).toMatchObject({ reply: PASSES });
  });
});

describe('an offered schema that any arguments fit', () => {
  it.each<[string, string, unknown, readonly string[]]>([
    ['alone', 'schema: offered', {}, ['offered', 'called']],
    ['that an entry without one makes pointless', 'schema: offered }, { name: "p*"', {}, []],
    ['beside one of the policy', 'schema: [offered, { required: [amount] }]', {}, []],
    ['where no entry asks for it', 'when: "true"', {}, []],
    ['or that not any fit', 'schema: offered', SCHEMA, []],
  ])('is told of: %s', async (_what, entry, schema, expected) => {
    const seen: string[] = [];
    const openSchemas = {
      seen: ({ tool, isCall }: OpenlyOffered) => void seen.push(`${tool} ${isCall ? 'called' : 'offered'}`),
    };
    const live = await new Live({ policy: policyWith(entry), change: { openSchemas } }).start();
    live.answer = (request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(CHAT.reply({ amount: 5 })));
    };
    const { status } = await send(live.port, {
      path: CHAT.path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(CHAT.request(schema)),
    });
    await live.close();
    expect([status, seen]).toEqual([200, expected.map((how) => `pay ${how}`)]);
  });
});

describe('the schema of a tool', () => {
  it('refuses the offer of a tool that the provider runs', () => {
    const search = policyOf('action: { tools: [{ name: web_search, schema: { type: object } }] }');
    const { request } = replayExchange(
      {
        method: 'POST',
        path: '/v1/responses',
        request: { model: 'm', input: 'x', tools: [{ type: 'web_search' }] },
        response: null,
      },
      search,
    );
    expect(request).toMatchObject(REFUSED);
  });

  it('names the keyword, and no argument', () => {
    expect(judge(HELD, { amount: 51 })).toMatchObject({
      reply: { detail: expect.stringContaining('schema.properties.amount.maximum') as unknown },
    });
  });

  it('is observed where the entry observes', () => {
    const observes = policyWith(`schema: ${JSON.stringify(SCHEMA)}, mode: observe`);
    expect(judge(observes, { amount: 51 })).toMatchObject({
      reply: { kind: 'allow', hits: [{ rule: 'tool.schema', mode: 'observe' }] },
    });
  });

  it.each([
    ['{ properties: { to: { pattern: "(?=a)" } } }', 'schema.properties.to.pattern', 'tool pay: RE2 refuses'],
    ['[offered, { type: text }]', 'schema[1].type', 'tool pay: must be'],
    ['{ format: email }', 'schema.format', 'tool pay: formats are not checked'],
    ['{ $ref: "https://x.test/a" }', 'schema["$ref"]', 'tool pay: must refer to a part of this schema'],
    ['any', 'schema', 'expected a JSON Schema of the arguments, or "offered"'],
  ])('%s is an error of the policy', (schema, path, message) => {
    const read = parsePolicy(`version: 1\naction: { tools: [{ name: pay, schema: ${schema} }] }`, 'p');
    expect(read).toMatchObject({
      ok: false,
      problems: [
        { path: `action.tools[0].${path}`, message: expect.stringContaining(message) as unknown, line: 2 },
      ],
    });
  });
});
