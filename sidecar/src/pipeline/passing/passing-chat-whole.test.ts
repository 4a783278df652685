import { expectPassed, expectTaken } from '../testing/passing.ts';

const PATH = '/v1/chat/completions';
const ASKED = { model: 'm', messages: [{ role: 'user', content: 'hi' }] };
function said(message: object): object {
  return {
    index: 0,
    message: { role: 'assistant', ...message },
    finish_reason: 'stop',
  };
}
const REPLY = { id: 'c', choices: [said({ content: 'Hi' })] };

describe('a chat completion in one piece', () => {
  it.each<[string, object, object?]>([
    ['text', said({ content: 'Hi' })],
    [
      'null in the members of the message',
      said({
        content: null,
        tool_calls: null,
        function_call: null,
        refusal: null,
        annotations: [],
        audio: null,
      }),
    ],
    [
      'a filtered reply',
      {
        index: 0,
        message: { role: 'assistant', content: '' },
        finish_reason: 'content_filter',
        content_filter_results: { hate: { filtered: true, severity: 'high' } },
      },
      { prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }] },
    ],
    ['a message of null', { index: 0, message: null, finish_reason: 'stop' }],
    ['no message', { index: 0, finish_reason: 'stop' }],
    [
      'arguments that a limit cut short',
      {
        index: 0,
        message: {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":"b' } }],
        },
        finish_reason: 'length',
      },
    ],
    [
      'arguments as an object',
      said({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: { a: 1 } } }] }),
    ],
    [
      'arguments of null',
      said({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: null } }] }),
    ],
    ['a call without an id', said({ tool_calls: [{ function: { name: 'f', arguments: '{}' } }] })],
    ['a call without a function level', said({ tool_calls: [{ name: 'f', arguments: { a: 1 } }] })],
    ['a function_call', said({ content: null, function_call: { name: 'f', arguments: '{}' } })],
    ['reasoning of null', said({ content: 'Hi', reasoning_content: null, reasoning: null })],
    [
      'speech',
      said({
        content: null,
        audio: { id: 'audio_1', data: 'UklGRgAA/////w==', transcript: 'Hello', expires_at: 1 },
      }),
    ],
    [
      'usage of null, as a fraction and as a string',
      said({ content: 'Hi' }),
      {
        usage: {
          prompt_tokens: null,
          completion_tokens: 1.5,
          total_tokens: '3',
          prompt_tokens_details: null,
        },
      },
    ],
    [
      'logprobs',
      {
        ...said({ content: 'Hi' }),
        logprobs: {
          content: [{ token: 'Hi', logprob: -1e-9, bytes: [72], top_logprobs: [] }],
          refusal: null,
        },
      },
    ],
    ['an index as a string', { ...said({ content: 'Hi' }), index: '0' }],
  ])('passes as it came: %s', (_name, choice, more = {}) => {
    const response = {
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [choice],
      ...more,
    };
    expectPassed({ path: PATH, request: ASKED, response });
  });

  it.each(['text/plain', '', 'application/octet-stream', 'application/problem+json', 'text/json'])(
    'labelled %j',
    (contentType) => {
      expectPassed({ path: PATH, request: ASKED, response: REPLY, contentType });
    },
  );

  it.each<[string, number, string, string]>([
    ['a byte order mark', 200, 'application/json', `\ufeff${JSON.stringify(REPLY)}`],
    ['a list of errors', 200, 'application/json', '[{"error":{"message":"x"}}]'],
    ['an error without choices', 200, 'application/json', '{"choices":null,"error":{"message":"x"}}'],
    ['status 201', 201, 'application/json', JSON.stringify(REPLY)],
    ['an error that is no JSON', 500, 'application/json', '{"error": oops'],
    ['an error without a body', 500, 'application/json', ''],
    ['an error in HTML', 502, 'text/html', '<html><body>Bad Gateway</body></html>'],
    ['an error in an array', 400, 'application/json', '[{"error":{"message":"x"}}]'],
    ['an error as an event', 400, 'text/event-stream', 'data: {"error":{"message":"x"}}\n\n'],
  ])('with %s', (_name, status, contentType, response) => {
    expectPassed({ path: PATH, request: ASKED, response, status, contentType });
  });
});

describe('a request for chat completions', () => {
  it.each<[string, object | readonly object[], object?]>([
    [
      'content and tool_calls of null',
      [
        { role: 'user', content: 'a' },
        { role: 'assistant', content: null, tool_calls: null },
      ],
    ],
    ['no content', [{ role: 'assistant' }]],
    ['a tool result of null', [{ role: 'tool', tool_call_id: 'a', content: null }]],
    ['a tool result as an object', [{ role: 'tool', tool_call_id: 'a', content: { a: 1 } }]],
    ['content as a number', [{ role: 'user', content: 5 }]],
    [
      'arguments in the history cut short',
      [
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":' } }],
        },
      ],
    ],
    [
      'arguments in the history as an object',
      [
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: { a: 1 } } }],
        },
      ],
    ],
    [
      'reasoning in the history',
      [
        {
          role: 'assistant',
          content: 'a',
          reasoning_content: 'b',
          reasoning_details: [{ type: 'reasoning.encrypted', data: 'QUJD'.repeat(900) }],
        },
      ],
    ],
    ['a max_tokens of -1', { role: 'user', content: 'a' }, { max_tokens: -1 }],
    [
      'null in the settings',
      { role: 'user', content: 'a' },
      { max_tokens: null, stop: null, n: null, stream: null, tools: null, tool_choice: null },
    ],
    ['a max_tokens as a string', { role: 'user', content: 'a' }, { max_tokens: '10' }],
    ['stream as a string', { role: 'user', content: 'a' }, { stream: 'false' }],
    ['no tools', { role: 'user', content: 'a' }, { tools: [], tool_choice: 'none' }],
    ['an empty tool_choice', { role: 'user', content: 'a' }, { tool_choice: '' }],
    ['tool_choice auto as an object', { role: 'user', content: 'a' }, { tool_choice: { type: 'auto' } }],
    [
      'a tool with null in its members',
      { role: 'user', content: 'a' },
      {
        tools: [
          { type: 'function', function: { name: 'f', description: null, parameters: null, strict: null } },
        ],
      },
    ],
    [
      'a function without a level of its own',
      { role: 'user', content: 'a' },
      { tools: [{ type: 'function', name: 'f', parameters: {} }] },
    ],
    [
      'parts of other servers',
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { text: 'b' },
          'c',
          { type: 'video', video: 'https://x.example/v.mp4' },
          { type: 'prompt_embeds', data: 'AAAA' },
        ],
      },
    ],
    ['a part of null', { role: 'user', content: [null, { type: 'text', text: 'a' }] }],
    ['no parts', { role: 'user', content: [] }],
    [
      'a message with members of servers',
      {
        role: 'user',
        content: 'a',
        name: 'bob',
        weight: 0,
        prefix: true,
        partial: true,
        cache_control: { type: 'ephemeral' },
      },
    ],
    ['a part with a text of null', { role: 'user', content: [{ type: 'text', text: null }] }],
    [
      'points of a cache',
      {
        role: 'user',
        content: [
          { type: 'text', text: 'a', cache_control: { type: 'ephemeral' } },
          { cachePoint: { type: 'default' } },
        ],
      },
    ],
    [
      'null in the options',
      { role: 'user', content: 'a' },
      {
        stream_options: null,
        response_format: null,
        metadata: null,
        logit_bias: null,
        user: null,
        modalities: ['text', 'audio'],
        audio: { voice: 'alloy', format: 'wav' },
      },
    ],
    ['response_format as a string', { role: 'user', content: 'a' }, { response_format: 'json' }],
  ])('is taken: %s', (_name, messages, more = {}) => {
    expectTaken(PATH, { model: 'm', messages: [messages].flat(), ...more });
  });
});
