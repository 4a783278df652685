import type { Medium, ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { JsonObject, JsonValue } from '../json/index.ts';
import { openaiChat } from './index.ts';

const MATCH = { model: null, stream: null, framing: 'sse' } as const;
const HI = { role: 'user', content: 'hi' };
function read(body: JsonObject): ReturnType<typeof openaiChat.prompt> {
  return openaiChat.prompt({ messages: [HI], ...body }, MATCH);
}
function said(body: JsonObject): readonly string[] {
  return read(body).segments.map(
    ({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`,
  );
}
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
    expect(() => read(body)).toThrow(message);
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

  it('scans every text of a tool', () => {
    const tools = [
      {
        type: 'function',
        function: {
          name: 'f',
          description: 'd 1',
          strict: true,
          parameters: { type: 'object', properties: { say_hi: { enum: ['e 1'] } } },
        },
      },
      {
        type: 'custom',
        custom: {
          name: 'g',
          format: { type: 'grammar', grammar: { syntax: 'lark', definition: 'start: x' } },
        },
      },
    ];
    expect(said({ messages: [], tools })).toEqual(
      expect.arrayContaining([
        '/tools/0/function/name system/tool_definition: f',
        '/tools/0/function/description system/tool_definition: d 1',
        '/tools/0/function/parameters/properties/~3say_hi system/tool_definition: say_hi',
        '/tools/0/function/parameters/properties/say_hi/enum/0 system/tool_definition: e 1',
        '/tools/1/custom/name system/tool_definition: g',
        '/tools/1/custom/format/grammar/definition system/tool_definition: start: x',
      ]),
    );
  });

  it.each<[string, JsonObject, readonly ToolOffer[]]>([
    [
      'a function',
      { tools: [{ type: 'function', function: { name: 'f' } }] },
      [{ pointer: '/tools/0', name: 'f', builtin: false }],
    ],
    [
      'a custom tool',
      { tools: [{ type: 'custom', custom: { name: 'g' } }] },
      [{ pointer: '/tools/0', name: 'g', builtin: false }],
    ],
    [
      'a function of old',
      { functions: [{ name: 'f' }] },
      [{ pointer: '/functions/0', name: 'f', builtin: false }],
    ],
    [
      'a tool of the provider',
      { tools: [{ type: 'browser_search' }] },
      [{ pointer: '/tools/0', name: 'browser_search', builtin: true }],
    ],
    [
      'search',
      { web_search_options: {} },
      [{ pointer: '/web_search_options', name: 'web_search', builtin: true }],
    ],
    [
      'search, code and data by members of their own',
      {
        search_parameters: { mode: 'on' },
        enable_search: false,
        enable_code_interpreter: true,
        data_sources: [],
      },
      [
        { pointer: '/search_parameters', name: 'web_search', builtin: true },
        { pointer: '/enable_code_interpreter', name: 'code_interpreter', builtin: true },
        { pointer: '/data_sources', name: 'data_sources', builtin: true },
      ],
    ],
    [
      'plugins',
      { plugins: [{ id: 'web', max_results: 3 }] },
      [{ pointer: '/plugins/0', name: 'plugins.web', builtin: true }],
    ],
    [
      'functions without a level of their own',
      {
        tools: [
          { type: 'function', name: 'f' },
          { name: 'g', parameters: {} },
        ],
      },
      [
        { pointer: '/tools/0', name: 'f', builtin: false },
        { pointer: '/tools/1', name: 'g', builtin: false },
      ],
    ],
    [
      'a function under two names',
      { tools: [{ type: 'function', name: 'g', function: { name: 'f' } }] },
      [
        { pointer: '/tools/0', name: 'f', builtin: false },
        { pointer: '/tools/0', name: 'g', builtin: false },
      ],
    ],
  ])('offers %s', (_name, body, offers) => {
    expect(read(body).offers).toEqual(offers);
  });

  it.each<[string, JsonObject, ToolChoice]>([
    ['nothing', {}, { kind: 'auto' }],
    ['none', { tool_choice: 'none' }, { kind: 'none' }],
    ['required', { tool_choice: 'required' }, { kind: 'required' }],
    ['any', { tool_choice: 'any' }, { kind: 'required' }],
    [
      'a function',
      { tool_choice: { type: 'function', function: { name: 'f' } } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a custom tool',
      { tool_choice: { type: 'custom', custom: { name: 'g' } } },
      { kind: 'forced', names: ['g'], pointer: '/tool_choice' },
    ],
    [
      'allowed tools',
      {
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'auto',
            tools: [{ type: 'function', function: { name: 'f' } }, { type: 'web' }],
          },
        },
      },
      { kind: 'forced', names: ['f', 'web'], pointer: '/tool_choice' },
    ],
    [
      'a function of old',
      { function_call: { name: 'f' } },
      { kind: 'forced', names: ['f'], pointer: '/function_call' },
    ],
    ['a word in an object', { tool_choice: { type: 'auto' } }, { kind: 'auto' }],
    ['a name alone', { tool_choice: 'f' }, { kind: 'forced', names: ['f'], pointer: '/tool_choice' }],
    [
      'a function, flat',
      { tool_choice: { type: 'function', name: 'f' } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a function without a type',
      { tool_choice: { function: { name: 'f' } } },
      { kind: 'forced', names: ['f'], pointer: '/tool_choice' },
    ],
    [
      'a function under two names',
      { tool_choice: { type: 'tool', name: 'g', function: { name: 'f' } } },
      { kind: 'forced', names: ['f', 'g'], pointer: '/tool_choice' },
    ],
    [
      'a tool of the provider',
      { tool_choice: { type: 'web_search' } },
      { kind: 'forced', names: ['web_search'], pointer: '/tool_choice' },
    ],
    ['the word of old', { function_call: 'none' }, { kind: 'none' }],
  ])('chooses: %s', (_name, body, choice) => {
    expect(read(body).choice).toEqual(choice);
  });

  it.each<[string, JsonValue, readonly string[], readonly string[]]>([
    [
      'an image',
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
      ['image /image_url/url'],
      [],
    ],
    [
      'an image elsewhere',
      { type: 'image_url', image_url: { url: 'https://x/y.png' } },
      ['image /image_url/url'],
      ['https://x/y.png'],
    ],
    [
      'an image as a string',
      { type: 'image_url', image_url: 'https://x/y.png' },
      ['image /image_url'],
      ['https://x/y.png'],
    ],
    [
      'speech',
      { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
      ['audio /input_audio/data'],
      [],
    ],
    [
      'a file',
      { type: 'file', file: { filename: 'a b.pdf', file_data: 'AAAA' } },
      ['file /file/file_data'],
      ['a b.pdf'],
    ],
    ['an image without a URL', { type: 'image_url' }, ['file '], []],
    [
      'an image in a part that says to be text',
      { type: 'text', image_url: 'https://x/y.png' },
      ['image /image_url'],
      ['https://x/y.png'],
    ],
    [
      'frames of a video',
      { type: 'video', video: ['https://x/1.jpg'] },
      ['video /video'],
      ['https://x/1.jpg'],
    ],
    ['embeddings', { type: 'prompt_embeds', data: 'QUJD' }, ['opaque /data'], []],
    ['an unknown member', { type: 'hologram' }, ['file '], []],
    ['a file at the provider', { type: 'file', file: { file_id: 'file-1' } }, ['opaque /file/file_id'], []],
  ])('lists media: %s', (_name, part, media, texts) => {
    const prompt = read({ messages: [{ role: 'user', content: [part] }] });
    expect(
      prompt.media.map(({ kind, pointer }) => `${kind} ${pointer.replace('/messages/0/content/0', '')}`),
    ).toEqual(media);
    expect(prompt.segments.map((segment) => segment.text)).toEqual(texts);
  });

  it.each<[string, JsonObject, number | null, number]>([
    ['nothing', {}, null, 1],
    ['no cap', { max_tokens: null }, null, 1],
    ['to be without a cap', { max_tokens: -1 }, Infinity, 1],
    ['the largest of its caps', { max_tokens: 10, n_predict: 900, num_predict: 20 }, 900, 1],
    ['a least length', { max_tokens: 10, min_tokens: 5000 }, 5000, 1],
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
    expect(read(body)).toMatchObject({ maxOutputTokens, choices });
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
    expect([...(read(body).alternatives ?? [])].sort()).toEqual([...alternatives].sort());
  });

  const tokens = Array.from({ length: 20 }, (_, index) => index);

  it.each<[string, JsonObject, readonly Medium[]]>([
    ['tokens in place of the messages', { input_ids: [1, 2] }, [{ pointer: '/input_ids', kind: 'opaque' }]],
    ['tokens in a member that no API has', { ids_of: tokens }, [{ pointer: '/ids_of', kind: 'opaque' }]],
    ['tokens by prompt', { ids_of: [tokens, tokens] }, [{ pointer: '/ids_of', kind: 'opaque' }]],
    [
      'the session of an earlier prompt',
      { session_params: { id: 's', offset: 3 } },
      [{ pointer: '/session_params', kind: 'opaque' }],
    ],
    [
      'the cache of another server',
      { kv_transfer_params: { remote_host: 'h', remote_port: 1 } },
      [{ pointer: '/kv_transfer_params', kind: 'opaque' }],
    ],
    [
      'a prompt that a gateway keeps',
      { prompt_id: 'p', prompt_variables: { a: 'b' } },
      [{ pointer: '/prompt_id', kind: 'opaque', references: ['p'] }],
    ],
    [
      'code',
      { custom_logit_processor: 'x' },
      [{ pointer: '/custom_logit_processor', kind: 'opaque', references: ['x'] }],
    ],
    [
      'what is nested',
      { extra_body: { prompt_embeds: 'x' } },
      [{ pointer: '/extra_body/prompt_embeds', kind: 'opaque', references: ['x'] }],
    ],
    ['settings of tokens', { stop_token_ids: tokens, allowed_token_ids: tokens, logit_bias: { 1: 5 } }, []],
    [
      'settings of other servers',
      { suppress_tokens: tokens, bad_words_ids: [tokens], top_logprobs_num: tokens },
      [],
    ],
    ['fractions', { penalties: tokens.map((each) => each + 0.5) }, []],
    [
      'tokens in a list of settings',
      { sampling_params: [{ input_ids: [1] }] },
      [{ pointer: '/sampling_params/0/input_ids', kind: 'opaque' }],
    ],
    ['a few numbers', { shape: [1, 2, 3] }, []],
    ['what is empty', { input_ids: [], session_params: {}, kv_transfer_params: null }, []],
  ])('lists what becomes part of the prompt unread: %s', (_name, body, media) => {
    expect(read(body).media).toEqual(media);
  });

  it('lists speech that the provider keeps, and speech that is asked for', () => {
    const messages = [{ role: 'assistant', audio: { id: 'audio_1' } }];
    expect(
      read({ messages, modalities: ['text', 'audio'], audio: { voice: 'v', format: 'wav' } }).media,
    ).toEqual([
      { pointer: '/messages/0/audio', kind: 'opaque', references: ['audio_1'] },
      { pointer: '/audio', kind: 'audio' },
    ]);
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
      read({ messages, model: 'm-1', stream: true, max_tokens: 5, max_completion_tokens: 9 }),
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
    expect(read({})).toMatchObject({ model: null, stream: false, maxOutputTokens: null });
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
    expect(read(body).segments.length).toBeGreaterThanOrEqual(100_000);
  });
});
