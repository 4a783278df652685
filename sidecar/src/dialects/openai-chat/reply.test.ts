import type { ChatCompletion } from 'openai/resources/chat/completions';

import { applyEdits, parseFrame, type JsonObject, type JsonValue } from '../json/index.ts';
import { openaiChat } from './index.ts';

function choice(message: JsonObject, more: JsonObject = {}): JsonObject {
  return {
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        logprobs: null,
        message: { role: 'assistant', ...message },
        ...more,
      },
    ],
  };
}
function said(body: JsonObject): readonly string[] {
  return openaiChat
    .reply(body)
    .segments.map(({ pointer, origin, channel, text }) => `${pointer} ${origin}/${channel}: ${text}`);
}

describe('openaiChat.reply refuses', () => {
  it.each<[string, JsonObject, string]>([
    [
      'arguments with a key twice',
      choice({ tool_calls: [{ function: { name: 'f', arguments: '{"a":1,"a":2}' } }] }),
      'arguments: a key occurs twice in one object',
    ],
    [
      'a call without a name',
      choice({ tool_calls: [{ function: { arguments: '{}' } }] }),
      '/choices/0/message/tool_calls/0: a call without a name',
    ],
    ['a second spelling', choice({ Content: 'x' }), '/choices/0/message/Content: must be written content'],
  ])('%s', (_name, body, message) => {
    expect(() => openaiChat.reply(body)).toThrow(message);
  });
});

describe('openaiChat.reply', () => {
  it('reads every channel of a completion of the official type', () => {
    const body: ChatCompletion = {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1,
      model: 'm-1',
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          logprobs: { content: [{ token: 'a', bytes: [97], logprob: -1, top_logprobs: [] }], refusal: null },
          message: {
            role: 'assistant',
            content: 'a b',
            refusal: 'r',
            annotations: [
              {
                type: 'url_citation',
                url_citation: { start_index: 0, end_index: 1, title: 't', url: 'https://x.example/' },
              },
            ],
            audio: { id: 'audio_1', data: 'AAAA', expires_at: 1, transcript: 's' },
            tool_calls: [
              { id: 'c_1', type: 'function', function: { name: 'f', arguments: '{"x":"y"}' } },
              { id: 'c_2', type: 'custom', custom: { name: 'g', input: 'i' } },
            ],
          },
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    };
    const reply = openaiChat.reply(JSON.parse(JSON.stringify(body)) as JsonObject);
    expect(
      reply.segments.map(
        ({ pointer, origin, channel, text }) =>
          `${pointer.replace('/choices/0/message', '')} ${origin}/${channel}: ${text}`,
      ),
    ).toEqual([
      '/content assistant/content: a b',
      '/refusal assistant/refusal: r',

      '/annotations/0/url_citation/title document/citation: t',

      '/annotations/0/url_citation/url document/citation: https://x.example/',
      '/audio/transcript assistant/content: s',
      '/audio/data assistant/content: AAAA',
      '/tool_calls/0/function/name assistant/metadata: f',
      '/tool_calls/0/function/arguments#/~3x assistant/tool_arguments: x',
      '/tool_calls/0/function/arguments#/x assistant/tool_arguments: y',
      '/tool_calls/1/custom/input assistant/tool_arguments: i',
      '/tool_calls/1/custom/name assistant/metadata: g',
      '/choices/0/logprobs assistant/content: a',
      '/choices/0/logprobs assistant/content: a',
    ]);
    expect(reply).toMatchObject({
      model: 'm-1',
      usage: { inputTokens: 3, outputTokens: 4 },
      finishReasons: ['tool_calls'],
      mirrors: ['/choices/0/logprobs', '/choices/0/message/audio/data'],
      calls: [
        { pointer: '/choices/0/message/tool_calls/0', name: 'f', arguments: '{"x":"y"}' },
        { pointer: '/choices/0/message/tool_calls/1', name: 'g', arguments: '{"input":"i"}' },
      ],
    });
  });

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'reasoning of vLLM',
      choice({ reasoning_content: 'r', content: 'c' }),
      [
        '/choices/0/message/content assistant/content: c',
        '/choices/0/message/reasoning_content assistant/reasoning: r',
      ],
    ],
    [
      'parts of Mistral',
      choice({ content: [{ type: 'text', text: 'p 1' }] }),
      ['/choices/0/message/content/0/text assistant/content: p 1'],
    ],
    [
      'an error in place of choices',
      { error: { message: 'no memory', code: 429 } },
      ['/error/message assistant/metadata: no memory'],
    ],
    ['no choices', { choices: null, note: 'a b' }, ['/note assistant/metadata: a b']],
    [
      'a choice of nothing',
      { choices: [{}, { message: null }], usage: { prompt_tokens: 'many' } },
      ['/usage/prompt_tokens assistant/metadata: many'],
    ],
    [
      'one choice alone',
      { choices: { message: { content: 'c' } } },
      ['/choices/message/content assistant/content: c'],
    ],
    [
      'a choice of a stream',
      { choices: [{ delta: { content: 'c' } }] },
      ['/choices/0/delta/content assistant/content: c'],
    ],
    [
      'content in other shapes',
      {
        choices: [
          { message: { content: 1 } },
          { message: { content: ['a', { text: 'b' }] } },
          { message: { content: { type: 'text', text: 'c' }, refusal: ['d'] } },
        ],
      },
      [
        '/choices/1/message/content/0 assistant/content: a',
        '/choices/1/message/content/1/text assistant/content: b',
        '/choices/2/message/content/text assistant/content: c',
        '/choices/2/message/refusal/0 assistant/refusal: d',
      ],
    ],
    [
      'arguments that a limit cut short',
      choice(
        { tool_calls: [{ function: { name: 'f', arguments: '{"a":"b' } }] },
        { finish_reason: 'length' },
      ),
      [
        '/choices/0/message/tool_calls/0/function/name assistant/metadata: f',
        '/choices/0/message/tool_calls/0/function/arguments assistant/tool_arguments: {"a":"b',
      ],
    ],
    [
      'words in a data URL',
      choice({ content: [{ type: 'image_url', image_url: { url: 'data:text/plain;base64,aGkgdGhlcmU=' } }] }),
      [
        '/choices/0/message/content/0/image_url/url assistant/content: data:text/plain;base64,aGkgdGhlcmU=',
        '/choices/0/message/content/0/image_url/url assistant/content: hi there',
      ],
    ],
    [
      'alternatives of tokens',
      choice(
        { content: 'a' },
        {
          logprobs: {
            content: [{ token: 'a', top_logprobs: [{ token: 'a' }, { token: 'anna@example.com' }] }],
          },
        },
      ),
      [
        '/choices/0/message/content assistant/content: a',
        '/choices/0/logprobs assistant/content: a',
        '/choices/0/logprobs assistant/content: a',
        '/choices/0/logprobs assistant/content: anna@example.com',
        '/choices/0/logprobs assistant/content: anna@example.com',
      ],
    ],
    [
      'what no rule knows',
      { ...choice({ thoughts: ['a b'] }, { stop_reason: 'c d' }), 'a note': 'e' },
      [
        '/choices/0/stop_reason assistant/metadata: c d',
        '/choices/0/message/thoughts/0 assistant/metadata: a b',
        '/~3a note assistant/metadata: a note',
        '/a note assistant/metadata: e',
      ],
    ],
    [
      'an image',
      choice({ content: null, images: [{ image_url: { url: 'https://x.example/?d=1' } }] }),
      ['/choices/0/message/images/0/image_url/url assistant/metadata: https://x.example/?d=1'],
    ],
  ])('%s', (_name, body, expected) => {
    expect([...said(body)].sort()).toEqual([...expected].sort());
  });

  it('reads calls of old and every choice', () => {
    const choices = [
      ...(choice({ content: 'a' })['choices'] as JsonObject[]),
      { index: 1, finish_reason: 'function_call', message: { function_call: { name: 'h', arguments: '' } } },
    ];
    expect(openaiChat.reply({ choices })).toMatchObject({
      calls: [{ pointer: '/choices/1/message/function_call', name: 'h', arguments: '' }],
      finishReasons: ['stop', 'function_call'],
    });
  });

  it.each<[string, JsonValue, JsonValue]>([
    [
      'in an object',
      [{ function: { name: 'f', arguments: { a: 1 } } }],
      [{ name: 'f', arguments: '{"a":1}' }],
    ],
    ['as a list', [{ function: { name: 'f', arguments: ['a'] } }], [{ name: 'f', arguments: '["a"]' }]],
    ['as null', [{ function: { name: 'f', arguments: null } }], [{ name: 'f', arguments: '' }]],
    ['without a level of their own', [{ name: 'f', arguments: '{}' }], [{ name: 'f', arguments: '{}' }]],
    ['of one call alone', { function: { name: 'f', arguments: '{}' } }, [{ name: 'f', arguments: '{}' }]],
    [
      'under two names',
      [{ type: 'custom', custom: { name: 'g', input: 'x' }, function: { name: 'f', arguments: '{}' } }],
      [{ name: 'f', alsoNamed: ['g'], arguments: '{}' }],
    ],
    ['of a function that is null', [{ id: 'c', function: null }], []],
  ])('reads arguments %s', (_name, tool_calls, calls) => {
    expect(openaiChat.reply(choice({ tool_calls })).calls).toMatchObject(calls as JsonObject[]);
  });

  it('leaves nothing behind when its texts are redacted and its mirrors are emptied', () => {
    const secret = 'anna@example.com';
    const text = JSON.stringify(
      choice(
        {
          content: `to ${secret}`,
          audio: { id: 'a', transcript: secret, data: 'YW5uYUBleGFtcGxlLmNvbQ==' },
          tool_calls: [
            { type: 'function', function: { name: 'f', arguments: JSON.stringify({ [secret]: [secret] }) } },
          ],
          notes: { [secret]: secret },
        },
        { logprobs: { content: [{ token: 'anna', bytes: null, logprob: 0, top_logprobs: [] }] } },
      ),
    );
    const { segments, mirrors = [] } = openaiChat.reply(parseFrame(text).value);
    const edits = [
      ...segments.map(({ pointer, text: said, mirror = false }) => ({
        pointer,
        replacement: mirror ? null : said.replaceAll(secret, '[EMAIL]'),
      })),
      ...mirrors.map((pointer) => ({ pointer, replacement: null })),
    ];
    const redacted = applyEdits(text, edits);
    expect(redacted).not.toMatch(/anna|YW5uYU/);
    expect(parseFrame(redacted).value).toMatchObject({
      choices: [{ logprobs: null, message: { content: 'to [EMAIL]', notes: { '[EMAIL]': '[EMAIL]' } } }],
    });
  });

  it('has mirrors of vLLM', () => {
    const body = {
      ...choice({ content: 'c' }, { token_ids: [1], logprobs: { content: [] } }),
      prompt_logprobs: [null],
      prompt_token_ids: [1],
    };
    expect(openaiChat.reply(body)).toMatchObject({
      mirrors: ['/prompt_logprobs', '/choices/0/logprobs'],
      unreadable: ['/prompt_token_ids', '/choices/0/token_ids'],
    });
  });
});
