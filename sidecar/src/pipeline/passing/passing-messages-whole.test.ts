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
    ['plain', {}],
    ['content string', { content: 'Hi' }],
    ['content null', { content: null, stop_reason: 'refusal' }],
    ['content [] ', { content: [] }],
    ['usage null', { usage: null }],
    ['usage odd', { usage: { input_tokens: -1, output_tokens: '5' } }],
    ['usage arr', { usage: [] }],
    ['stop null', { stop_reason: null }],
    ['stop num', { stop_reason: 5 }],
    ['model num', { model: 5 }],
    ['block null', { content: [null, { type: 'text', text: 'a' }] }],
    ['block string', { content: ['a'] }],
    ['block w/o type', { content: [{ text: 'a' }] }],
    ['text null', { content: [{ type: 'text', text: null }] }],
    ['text num', { content: [{ type: 'text', text: 5 }] }],
    [
      'thinking',
      {
        content: [
          { type: 'thinking', thinking: 'a', signature: 'x' },
          { type: 'text', text: 'b', citations: null },
        ],
      },
    ],
    ['tool input str', { content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":1}' }] }],
    ['tool input null', { content: [{ type: 'tool_use', id: 't', name: 'f', input: null }] }],
    ['tool input arr', { content: [{ type: 'tool_use', id: 't', name: 'f', input: [1] }] }],
    [
      'tool input cut',
      { content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":"b' }], stop_reason: 'max_tokens' },
    ],
    ['container str', { container: 'c' }],
    ['unknown block', { content: [{ type: 'holo', x: 'y' }] }],
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
      'sys null',
      { system: null, tools: null, tool_choice: null, thinking: null, metadata: null, stop_sequences: null },
    ],
    ['content null', { messages: [{ role: 'assistant', content: null }] }],
    ['tool_choice str', { tool_choice: 'auto' }],
    ['tool_choice none', { tool_choice: { type: 'none' } }],
    ['tool_choice function', { tool_choice: { type: 'function', name: 'f' } }],
    ['tool_choice required', { tool_choice: { type: 'required' } }],
    ['no model', { model: undefined }],
    ['max -1', { max_tokens: -1 }],
    ['max null', { max_tokens: null }],
    ['max str', { max_tokens: '5' }],
    ['stream str', { stream: 'true' }],
    ['tool openai form', { tools: [{ type: 'function', function: { name: 'f', parameters: {} } }] }],
    [
      'tool result null',
      { messages: [{ role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: null }] }] },
    ],
    [
      'tool use hist str',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: '{"a":"b' }] },
        ],
      },
    ],
    [
      'tool use hist null',
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f', input: null }] }] },
    ],
    [
      'server tool use',
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
      'image url part',
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
    ['thread null', { thread: null, fallbacks: null }],
    ['mcp', { mcp_servers: [] }],
    ['messages obj', { messages: [{ content: 'a' }] }],
    ['part without type', { messages: [{ role: 'user', content: [{ text: 'a' }, 'b', null] }] }],
  ])('is taken: %s', (_name, more) => {
    expectTaken(PATH, { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'a' }], ...more });
  });
});
