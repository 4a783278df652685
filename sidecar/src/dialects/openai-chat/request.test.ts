import type { JsonObject } from '../json/index.ts';
import { promptOf, said } from '../testing/openai-chat.ts';

function saidBy(message: JsonObject): readonly string[] {
  return said({ messages: [message] });
}

describe('openaiChat.prompt refuses', () => {
  it.each<[string, JsonObject, string]>([
    ['no messages', { messages: null }, '/messages: an array is required'],
    ['messages as a text', { messages: 'hi' }, '/messages: must be an array'],
    ['a message as a text', { messages: ['hi'] }, '/messages/0: must be an object'],
    [
      'a tool without a name',
      { tools: [{ type: 'function', function: {} }] },
      '/tools/0/function/name: a string is required',
    ],
    ['a tool as a text', { tools: ['f'] }, '/tools/0: must be an object'],
    [
      'arguments with a key twice',
      {
        messages: [
          { role: 'assistant', tool_calls: [{ function: { name: 'f', arguments: '{"a":1,"a":2}' } }] },
        ],
      },
      '/messages/0/tool_calls/0/function/arguments: arguments: a key occurs twice in one object',
    ],
    ['a cap that is no number', { max_tokens: 'many' }, '/max_tokens: must be a number'],
    ['replies that cannot be counted', { n: [5] }, '/n: must be a number'],
    ['a second spelling of a cap', { N_Predict: 5 }, '/N_Predict: must be written n_predict'],
    ['a second spelling of model', { model: 'a', Model: 'b' }, '/Model: must be written model'],
    ['a second spelling of tools', { Tools: [] }, '/Tools: must be written tools'],
    [
      'a second spelling of content',
      { messages: [{ role: 'user', Content: 'x' }] },
      '/messages/0/Content: must be written content',
    ],
  ])('%s', (_name, body, message) => {
    expect(() => promptOf(body)).toThrow(message);
  });
});

describe('openaiChat.prompt', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['system', { role: 'system', content: 'a' }, ['/messages/0/content system/content: a']],
    [
      'developer',
      { role: 'developer', content: 'a', name: 'n' },
      ['/messages/0/name system/metadata: n', '/messages/0/content system/content: a'],
    ],
    [
      'assistant',
      { role: 'assistant', content: null, refusal: 'no', reasoning_content: 'r' },
      ['/messages/0/reasoning_content assistant/reasoning: r', '/messages/0/refusal assistant/refusal: no'],
    ],
    [
      'tool',
      { role: 'tool', tool_call_id: 'c_1', content: [{ type: 'text', text: 'a' }] },
      ['/messages/0/content/0/text tool/tool_result: a'],
    ],
    [
      'function',
      { role: 'function', name: 'f', content: 'a' },
      ['/messages/0/name tool/metadata: f', '/messages/0/content tool/tool_result: a'],
    ],
    [
      'parts',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a' },
          { type: 'refusal', refusal: 'b' },
          { type: 'thinking', thinking: [{ type: 'text', text: 'c' }] },
        ],
      },
      [
        '/messages/0/content/0/text user/content: a',
        '/messages/0/content/1/refusal user/refusal: b',
        '/messages/0/content/2/thinking/0/text user/reasoning: c',
      ],
    ],
    [
      'a part with more than its text',
      { role: 'user', content: [{ type: 'text', text: 'a', note: 'b c' }] },
      ['/messages/0/content/0/text user/content: a', '/messages/0/content/0/note user/metadata: b c'],
    ],
    [
      'calls',
      {
        role: 'assistant',
        tool_calls: [
          { id: 'c_1', type: 'function', function: { name: 'f', arguments: '{"to":"a#b"}' } },
          { id: 'c_2', type: 'custom', custom: { name: 'g', input: 'free text' } },
        ],
      },
      [
        '/messages/0/tool_calls/0/function/name assistant/metadata: f',
        '/messages/0/tool_calls/0/function/arguments#/~3to assistant/tool_arguments: to',
        '/messages/0/tool_calls/0/function/arguments#/to assistant/tool_arguments: a#b',
        '/messages/0/tool_calls/1/custom/input assistant/tool_arguments: free text',
        '/messages/0/tool_calls/1/custom/name assistant/metadata: g',
      ],
    ],
    ['no role', { content: 'a' }, ['/messages/0/content user/content: a']],
    ['an empty role', { role: '', content: 'a' }, ['/messages/0/content user/content: a']],
    ['a role of a template', { role: 'ipython', content: 'a' }, ['/messages/0/content tool/tool_result: a']],
    ['content that is no text', { role: 'user', content: 1 }, []],
    [
      'parts of other kinds',
      {
        role: 'user',
        content: [
          'plain',
          { type: 'input_text', text: 'typed' },
          { text: 'without a type' },
          { type: 'hologram', say: 'a b', deep: [{ note: 'c d' }] },
        ],
      },
      [
        '/messages/0/content/0 user/content: plain',
        '/messages/0/content/1/text user/content: typed',
        '/messages/0/content/2/text user/content: without a type',
        '/messages/0/content/3/say user/metadata: a b',
        '/messages/0/content/3/deep/0/note user/metadata: c d',
      ],
    ],
    [
      'one part alone',
      { role: 'user', content: { type: 'text', text: 'a' } },
      ['/messages/0/content/text user/content: a'],
    ],
    [
      'a call that a limit cut short, and one without a name',
      {
        role: 'assistant',
        tool_calls: { function: { name: 'f', arguments: '{"to":"a b' } },
        function_call: { arguments: '{"x":"c d"}' },
      },
      [
        '/messages/0/tool_calls/function/name assistant/metadata: f',
        '/messages/0/tool_calls/function/arguments assistant/tool_arguments: {"to":"a b',
        '/messages/0/function_call/arguments#/~3x assistant/tool_arguments: x',
        '/messages/0/function_call/arguments#/x assistant/tool_arguments: c d',
      ],
    ],
    [
      'unknown members',
      { role: 'user', content: 'a', extra: { note: 'b c' } },
      ['/messages/0/content user/content: a', '/messages/0/extra/note user/metadata: b c'],
    ],
  ])('scans every channel: %s', (_name, message, expected) => {
    expect(saidBy(message)).toEqual(expected);
  });

  it('scans unknown members, and instructions besides the messages', () => {
    expect(
      said({
        messages: [],
        model: 'not a label',
        user: 'u 1',
        stop: ['s 1'],
        metadata: { k: 'm 1', 'a key': 'v' },
        documents: [{ title: 'd 1' }],
        chat_template: 't 1',
        chat_template_kwargs: { documents: [{ text: 'k 1' }] },
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { properties: { p: { description: 'do' } } } },
        },
        prediction: { type: 'content', content: 'p 1' },
        guided_regex: 'g 1',
      }),
    ).toEqual([
      '/documents/0/title document/content: d 1',
      '/chat_template_kwargs/documents/0/text document/content: k 1',
      '/chat_template system/content: t 1',
      '/response_format/json_schema/name system/tool_definition: n',
      '/response_format/json_schema/schema/properties/~3p system/tool_definition: p',
      '/response_format/json_schema/schema/properties/p/description system/tool_definition: do',
      '/prediction/content user/metadata: p 1',
      '/model user/metadata: not a label',
      '/user user/metadata: u 1',
      '/stop/0 user/metadata: s 1',
      '/metadata/k user/metadata: m 1',
      '/metadata/~3a key user/metadata: a key',
      '/metadata/a key user/metadata: v',
      '/guided_regex user/metadata: g 1',
    ]);
  });

  it.each<[string, JsonObject, number | null, number]>([
    ['nothing', {}, null, 1],
    ['no cap', { max_tokens: null }, null, 1],
    ['a cap of -1, which stands for none', { max_tokens: -1 }, Infinity, 1],
    ['the largest of its caps', { max_tokens: 10, n_predict: 900, num_predict: 20 }, 900, 1],
    ['a minimum length above the cap', { max_tokens: 10, min_tokens: 5000 }, 5000, 1],
    ['a cap in digits', { max_tokens: '500' }, 500, 1],
    ['a cap with a fraction', { max_tokens: 10.5 }, 11, 1],
    [
      'a cap among the options',
      { options: { num_predict: 700 }, parameters: { max_new_tokens: 20 } },
      700,
      1,
    ],
    ['several replies', { max_tokens: 10, n: 3 }, 10, 3],
    ['the best of many', { n: 1, best_of: 20 }, null, 20],
    ['caps in a list', { sampling_params: [{ max_new_tokens: 5 }, null, { max_new_tokens: 900 }] }, 900, 1],
    ['no end but a cap', { ignore_eos: true, max_tokens: 9 }, 9, 1],
    ['no end and no cap', { ignore_eos: true }, Infinity, 1],
    ['an end', { ignore_eos: false }, null, 1],
    [
      'a cap of other providers',
      { extra_body: { generationConfig: {}, maxTokens: 70 }, max_gen_len: 5 },
      70,
      1,
    ],
  ])('counts what is asked for: %s', (_name, body, maxOutputTokens, choices) => {
    expect(promptOf(body)).toMatchObject({ maxOutputTokens, choices });
  });

  it.each<[string, JsonObject, readonly string[]]>([
    ['none', { model: 'm', fallbacks: [], lora_path: null }, []],
    ['fallbacks', { fallbacks: ['a', { model: 'b' }], models: ['a', 'c'] }, ['a', 'c', 'b']],
    [
      'fallbacks for a reason',
      {
        context_window_fallbacks: [{ m: ['large'] }],
        content_policy_fallbacks: [{ m: ['lenient'] }],
      },
      ['large', 'lenient'],
    ],
    ['a list of models', { model_list: [{ model_name: 'm', litellm_params: { model: 'o' } }] }, ['m', 'o']],
    ['adapters', { lora_path: 'p', lora: [{ id: 0, scale: 1 }] }, ['lora', 'p']],
    ['what is nested', { extra_body: { models: ['a'] } }, ['a']],
    ['what is nested in a list', { extra_body: [{ model: 'a' }] }, ['a']],
    ['a model in place of the model', { extra_body: { model: 'a' } }, ['a']],
    ['settings of the router', { router_settings_override: { fallbacks: [{ m: ['a'] }] } }, ['a']],
    ['a router of its own', { user_config: { model_list: [{ litellm_params: { model: 'a' } }] } }, ['a']],
    [
      'another server',
      { api_base: 'https://a.example', custom_llm_provider: 'b' },
      ['b', 'https://a.example'],
    ],
    ['models of parts', { compound_custom: { models: { answering_model: 'a' } } }, ['a']],
    ['a set of settings that the provider keeps', { preset: 'a' }, ['a']],
    [
      'a router among the parameters',
      { complexity_router_default_model: 'a', silent_model: 'b' },
      ['a', 'b'],
    ],
    ['another name for the model', { model_alias_map: { m: 'a' } }, ['a']],
    ['an adapter among parameters of the engine', { vllm_xargs: { lora_name: 'a' } }, ['a']],
  ])('lists what may answer in place of the model: %s', (_name, body, alternatives) => {
    expect([...(promptOf(body).alternatives ?? [])].sort()).toEqual([...alternatives].sort());
  });

  it('reads calls of the history, model, caps and streaming', () => {
    const messages = [
      {
        role: 'assistant',
        tool_calls: [
          { type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
          { type: 'custom', custom: { name: 'g', input: 'x"' } },
        ],
      },
      { role: 'assistant', function_call: { name: 'h', arguments: '' } },
      { role: 'assistant', tool_calls: [{ function: { name: 'i', arguments: { a: 'b' } } }] },
    ];
    expect(
      promptOf({ messages, model: 'm-1', stream: true, max_tokens: 5, max_completion_tokens: 9 }),
    ).toMatchObject({
      operation: 'chat',
      model: 'm-1',
      stream: true,
      maxOutputTokens: 9,
      calls: [
        { pointer: '/messages/0/tool_calls/0', name: 'f', arguments: '{"a":1}' },
        { pointer: '/messages/0/tool_calls/1', name: 'g', arguments: '{"input":"x\\""}' },
        { pointer: '/messages/1/function_call', name: 'h', arguments: '' },
        { pointer: '/messages/2/tool_calls/0', name: 'i', arguments: '{"a":"b"}' },
      ],
    });
    expect(promptOf({})).toMatchObject({ model: null, stream: false, maxOutputTokens: null });
  });
});

describe('a body of very many members', () => {
  const many = (count: number): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

  // With work that is more than linear in the members this takes minutes, and the test its time limit.
  it.each<[string, JsonObject]>([
    ['in a tool', { tools: [{ type: 'function', function: { name: 'f', ...many(100_000) } }] }],
    ['in a tool of the provider', { tools: [{ type: 'x', ...many(100_000) }] }],
    ['at the top', many(100_000)],
    ['in a message', { messages: [{ role: 'user', content: 'x', ...many(100_000) }] }],
  ])('%s is read in linear time', (_name, body) => {
    expect(promptOf(body).segments.length).toBeGreaterThanOrEqual(100_000);
  });
});
