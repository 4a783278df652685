import { PATH, ASKED, DONE, chunk } from '../testing/chat-stream.ts';
import { expectPassed, sse } from '../testing/passing.ts';

describe('a stream of chat completions', () => {
  it.each<[string, string]>([
    [
      'text and a reason to stop',
      [chunk({ role: 'assistant', content: 'Hi' }), chunk({}, 'stop'), DONE].join(''),
    ],
    [
      'content_filter as the reason to stop',
      [chunk({ content: 'Hi' }), chunk({}, 'content_filter'), DONE].join(''),
    ],
    [
      'a chunk of usage without choices',
      [
        chunk({ content: 'Hi' }),
        chunk({}, 'stop'),
        sse({
          id: 'c',
          object: 'chat.completion.chunk',
          choices: [],
          usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
        }),
        DONE,
      ].join(''),
    ],
    [
      'Azure, filters of the prompt in the first chunk',
      [
        sse({
          choices: [],
          created: 0,
          id: '',
          model: '',
          object: '',
          prompt_filter_results: [
            {
              prompt_index: 0,
              content_filter_results: {
                hate: { filtered: false, severity: 'safe' },
                jailbreak: { detected: false, filtered: false },
              },
            },
          ],
        }),
        chunk({ role: 'assistant', content: '' }, null, { content_filter_results: {} }),
        chunk({ content: 'Hi' }, null, {
          content_filter_results: { hate: { filtered: false, severity: 'safe' } },
          content_filter_offsets: { check_offset: 44, start_offset: 44, end_offset: 198 },
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'Azure, a later chunk of filters without a delta',
      [
        chunk({ content: 'Hi' }),
        sse({
          id: '',
          object: '',
          created: 0,
          model: '',
          choices: [
            {
              index: 0,
              finish_reason: null,
              content_filter_results: { hate: { filtered: false, severity: 'safe' } },
              content_filter_offsets: { check_offset: 1, start_offset: 1, end_offset: 2 },
            },
          ],
          usage: null,
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'reasoning_content beside null content',
      [
        chunk({ role: 'assistant', content: null, reasoning_content: 'hm' }),
        chunk({ content: 'x', reasoning_content: null }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'reasoning beside reasoning_details',
      [
        chunk({
          reasoning: 'hm',
          reasoning_details: [{ type: 'reasoning.text', text: 'hm', format: 'x', index: 0 }],
        }),
        chunk({ content: 'x' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'encrypted reasoning_details',
      [
        chunk({
          content: '',
          reasoning_details: [
            {
              type: 'reasoning.encrypted',
              data: 'QUJD'.repeat(900),
              id: 'rs_1',
              format: 'openai-responses-v1',
              index: 0,
            },
          ],
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'LiteLLM, thinking_blocks',
      [
        chunk({ thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: null }] }),
        chunk({ thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'ErUBCkYI' }] }),
        chunk({ content: 'a' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'logprobs with alternatives',
      [
        chunk({ content: 'Hi' }, null, {
          logprobs: {
            content: [
              {
                token: 'Hi',
                logprob: -0.1,
                bytes: [72, 105],
                top_logprobs: [
                  { token: 'Hi', logprob: -0.1, bytes: [72, 105] },
                  { token: 'Yo', logprob: -3, bytes: null },
                ],
              },
            ],
            refusal: null,
          },
        }),
        chunk({}, 'stop', { logprobs: null }),
        DONE,
      ].join(''),
    ],
    [
      'a logprob of -9999',
      [
        chunk({ content: 'Hi' }, null, {
          logprobs: { content: [{ token: 'Hi', logprob: -9999.0, bytes: null, top_logprobs: [] }] },
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'speech in pieces, with its transcript',
      [
        chunk({ role: 'assistant', audio: { id: 'audio_1', transcript: 'Hel' } }),
        chunk({ audio: { id: 'audio_1', transcript: 'lo' } }),
        chunk({ audio: { data: 'UklGRgAA/////w==' } }),
        chunk({ audio: { expires_at: 1 } }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'citations as annotations',
      [
        chunk({ content: 'see' }),
        chunk({
          annotations: [
            {
              type: 'url_citation',
              url_citation: { url: 'https://docs.example.com/x', title: 'X', start_index: 0, end_index: 3 },
            },
          ],
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'a refusal',
      [
        chunk({ role: 'assistant', refusal: '' }),
        chunk({ refusal: 'I cannot' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'Perplexity, citations beside the choices',
      [
        sse({
          id: 'c',
          choices: [{ index: 0, delta: { content: 'x' } }],
          citations: ['https://docs.example.com/'],
          search_results: [{ title: 't', url: 'https://docs.example.com/', date: '2024-01-01' }],
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'Perplexity, the whole message beside each delta',
      [
        sse({
          id: 'c',
          object: 'chat.completion.chunk',
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: 'Hi' },
              delta: { role: 'assistant', content: 'Hi' },
              finish_reason: null,
            },
          ],
        }),
        sse({
          id: 'c',
          object: 'chat.completion.chunk',
          choices: [
            {
              index: 0,
              message: { role: 'assistant', content: 'Hi there' },
              delta: { role: 'assistant', content: ' there' },
              finish_reason: 'stop',
            },
          ],
        }),
        DONE,
      ].join(''),
    ],
    [
      'Gemini, extra_content in a delta',
      [chunk({ content: 'a', extra_content: { google: { thought: true } } }), chunk({}, 'stop'), DONE].join(
        '',
      ),
    ],
    [
      'Groq, x_groq beside the choices',
      [
        sse({
          id: 'c',
          choices: [{ index: 0, delta: { role: 'assistant', content: '' } }],
          x_groq: { id: 'req_01jbd6g2qdfw2adyrt2az8hz4w', seed: 1 },
        }),
        chunk({ content: 'a' }),
        sse({
          id: 'c',
          choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
          x_groq: { id: 'req_1', usage: { queue_time: 0.1, prompt_tokens: 1, completion_tokens: 1 } },
        }),
        DONE,
      ].join(''),
    ],
    [
      'Mistral, content as a list of parts',
      [
        chunk({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }] }),
        chunk({ content: [{ type: 'text', text: 'Hi' }] }),
        chunk({ content: '!' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'Mistral, padding in p',
      [
        sse({
          id: 'c',
          choices: [{ index: 0, delta: { content: 'Hi' } }],
          p: 'abcdefghijklmnopqrstuvwxyz0123456789',
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'padding in obfuscation',
      [
        sse({ id: 'c', choices: [{ index: 0, delta: { content: 'Hi' } }], obfuscation: 'a8Kd9sJq' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'an image in a delta',
      [
        chunk({
          content: '',
          images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' }, index: 0 }],
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    ['content as an object', [chunk({ content: { text: 'hi' } }), chunk({}, 'stop'), DONE].join('')],
    ['an empty role', [chunk({ role: '', content: 'hi' }), chunk({}, 'stop'), DONE].join('')],
    ['a role of null', [chunk({ role: null, content: 'hi' }), chunk({}, 'stop'), DONE].join('')],
    [
      'null in every member of the chunk',
      [
        sse({
          id: null,
          model: null,
          object: null,
          created: null,
          system_fingerprint: null,
          service_tier: null,
          choices: [
            {
              index: 0,
              delta: { content: 'a' },
              finish_reason: null,
              logprobs: null,
              stop_reason: null,
              token_ids: null,
            },
          ],
          usage: null,
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'numbers as the id and the model',
      [
        sse({ id: 1, model: 2, choices: [{ index: 0, delta: { content: 'a' } }] }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'llama.cpp, timings and __verbose',
      [
        chunk({ content: 'Hi' }),
        sse({
          choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
          timings: { prompt_n: 1, prompt_ms: 39.5 },
          __verbose: { content: 'Hi', prompt: '<s>hi' },
        }),
        DONE,
      ].join(''),
    ],
    [
      'SGLang, hidden states and metadata',
      [
        sse({
          choices: [{ index: 0, delta: { content: 'Hi', hidden_states: [[0.1]] }, matched_stop: 2 }],
          metadata: { weight_version: 'default' },
        }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'Bedrock, metrics of the invocation',
      [
        chunk({ content: 'Hi' }),
        sse({
          choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
          'amazon-bedrock-invocationMetrics': { inputTokenCount: 1 },
        }),
        DONE,
      ].join(''),
    ],
  ])('passes as it came: %s', (_name, response) => {
    expectPassed({ path: PATH, request: ASKED, response });
  });
});
