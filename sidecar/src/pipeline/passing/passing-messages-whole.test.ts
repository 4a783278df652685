import { expectPassed, expectTaken } from '../testing/passing.ts';

const PATH = '/v1/messages';
const ASKED = {
  model: 'm',
  max_tokens: 9,
  stream: true,
  messages: [{ role: 'user', content: 'hi' }],
  tools: [{ name: 'f', input_schema: { type: 'object' } }],
};

describe('a message in one piece', () => {
  it.each<[string, object]>([
    ['text', {}],
    ['content as a string', { content: 'Hi' }],
    ['content of null in a refusal', { content: null, stop_reason: 'refusal' }],
    ['no content', { content: [] }],
    ['usage of null', { usage: null }],
    ['usage below zero and as a string', { usage: { input_tokens: -1, output_tokens: '5' } }],
    ['usage as a list', { usage: [] }],
    ['no reason to stop', { stop_reason: null }],
    ['a reason to stop as a number', { stop_reason: 5 }],
    ['a model as a number', { model: 5 }],
    ['a block of null', { content: [null, { type: 'text', text: 'a' }] }],
    ['a block as a string', { content: ['a'] }],
    ['a block without a type', { content: [{ text: 'a' }] }],
    ['a text of null', { content: [{ type: 'text', text: null }] }],
    ['a text as a number', { content: [{ type: 'text', text: 5 }] }],
    [
      'thinking, then text',
      {
        content: [
          { type: 'thinking', thinking: 'a', signature: 'x' },
          { type: 'text', text: 'b', citations: null },
        ],
      },
    ],
    ['arguments as a string', { content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":1}' }] }],
    ['arguments of null', { content: [{ type: 'tool_use', id: 't', name: 'f', input: null }] }],
    ['arguments as a list', { content: [{ type: 'tool_use', id: 't', name: 'f', input: [1] }] }],
    [
      'arguments that a limit cut short',
      { content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":"b' }], stop_reason: 'max_tokens' },
    ],
    ['a container as a string', { container: 'c' }],
    ['a block of an unknown type', { content: [{ type: 'holo', x: 'y' }] }],
  ])('passes as it came: %s', (_name, more) => {
    const message = {
      id: 'a',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    };
    expectPassed({ path: PATH, request: { ...ASKED, stream: false }, response: { ...message, ...more } });
  });

  it.each<object>([{ type: 'error', error: { type: 'x', message: 'y' } }, { error: 'y' }, {}])(
    '%j in its place',
    (response) => {
      expectPassed({ path: PATH, request: { ...ASKED, stream: false }, response });
    },
  );
});

describe('a request of the Messages API', () => {
  it.each<[string, object]>([
    [
      'null in optional members',
      { system: null, tools: null, tool_choice: null, thinking: null, metadata: null, stop_sequences: null },
    ],
    ['content of null', { messages: [{ role: 'assistant', content: null }] }],
    ['tool_choice as a string', { tool_choice: 'auto' }],
    ['tool_choice none', { tool_choice: { type: 'none' } }],
    ['tool_choice in the form of OpenAI', { tool_choice: { type: 'function', name: 'f' } }],
    ['tool_choice required', { tool_choice: { type: 'required' } }],
    ['no model', { model: undefined }],
    ['a max_tokens of -1', { max_tokens: -1 }],
    ['a max_tokens of null', { max_tokens: null }],
    ['a max_tokens as a string', { max_tokens: '5' }],
    ['stream as a string', { stream: 'true' }],
    [
      'a tool in the form of OpenAI',
      { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] },
    ],
    [
      'a tool result of null',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: null }] }] },
    ],
    [
      'arguments in the history as a string, cut short',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":"b' }] },
        ],
      },
    ],
    [
      'arguments in the history of null',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: null }] }] },
    ],
    [
      'a web search in the history',
      {
        messages: [
          {
            role: 'assistant',
            content: [
              { type: 'server_tool_use', id: 't', name: 'web_search', input: { query: 'x' } },
              {
                type: 'web_search_tool_result',
                tool_use_id: 't',
                content: [
                  {
                    type: 'web_search_result',
                    url: 'https://x.example',
                    title: 't',
                    encrypted_content: 'QUJD',
                  },
                ],
              },
            ],
          },
        ],
      },
    ],
    [
      'parts in the form of OpenAI',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image_url', image_url: { url: 'https://x.example/a.png' } },
              { type: 'input_text', text: 'a' },
            ],
          },
        ],
      },
    ],
    [
      'empty thinking',
      { messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: '', signature: '' }] }] },
    ],
    ['a thread and fallbacks of null', { thread: null, fallbacks: null }],
    ['no MCP servers', { mcp_servers: [] }],
    ['a message without a role', { messages: [{ content: 'a' }] }],
    [
      'parts without a type, as a string and of null',
      { messages: [{ role: 'user', content: [{ text: 'a' }, 'b', null] }] },
    ],
  ])('is taken: %s', (_name, more) => {
    expectTaken(PATH, { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'a' }], ...more });
  });
});
