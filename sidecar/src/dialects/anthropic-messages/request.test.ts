import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '../json/index.ts';
import { MATCH, promptOf, said } from '../testing/anthropic-messages.ts';
import { anthropicMessages } from './index.ts';

describe('a request of another form is malformed', () => {
  it.each<[string, JsonObject, string]>([
    ['a thread', { thread: { type: 'create' } }, '/thread: must be omitted; send the whole conversation'],
    [
      'a thread that goes on',
      { thread: { type: 'continue', previous_message_id: 'msg_1' } },
      '/thread: must be omitted; send the whole conversation',
    ],
    ['no messages', { messages: null }, '/messages: an array is required'],
    ['messages as an object', { messages: {} }, '/messages: must be an array'],
    ['a message that is a string', { messages: ['x'] }, '/messages/0: must be an object'],
    [
      'a plain call with a server',
      {
        messages: [
          { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', server_name: 's' }] },
        ],
      },
      '/messages/0/content/0/server_name: a tool that the client runs has no server',
    ],
    ['a tool without a name', { tools: [{ input_schema: {} }] }, '/tools/0/name: a string is required'],
    ['stream as a word that is none', { stream: 'maybe' }, '/stream: must be true or false'],
    ['a cap that is no number', { max_tokens: 'x' }, '/max_tokens: must be a number'],
  ])('%s', (_, change, message) => {
    expect(() => promptOf(change)).toThrow(message);
  });
});

describe('alternatives to the model', () => {
  it.each<[JsonObject, readonly string[]]>([
    [{}, []],
    [{ fallbacks: [] }, []],
    [{ fallbacks: [{ model: 'other', max_tokens: 9 }] }, ['other']],
    [{ fallbacks: ['a'], fallback_models: ['b'] }, ['a', 'b']],
  ])('are listed: %j', (change, alternatives) => {
    expect(promptOf(change).alternatives).toEqual(alternatives);
  });
});

describe('unknown parts', () => {
  const hologram = { type: 'hologram', data: 'a b' };

  it.each<[string, JsonObject, readonly string[], readonly string[]]>([
    ['a role', { role: 'ipython', content: 'a' }, ['/content tool/tool_result: a'], []],
    ['a role of the prototype', { role: 'constructor', content: 'a' }, ['/content tool/tool_result: a'], []],
    ['no role', { content: 'a' }, ['/content user/content: a'], []],
    ['no content', { role: 'user' }, [], []],
    [
      'one block without an array',
      { role: 'user', content: { type: 'text', text: 'a' } },
      ['/content/text user/content: a'],
      [],
    ],
    ['a string among the blocks', { role: 'user', content: ['a'] }, ['/content/0 user/content: a'], []],
    [
      'a block without a type',
      { role: 'user', content: [{ text: 'a' }] },
      ['/content/0/text user/content: a'],
      [],
    ],
    ['a text block of nothing', { role: 'user', content: [{ type: 'text' }] }, [], []],
    [
      'a block',
      { role: 'user', content: [hologram] },
      ['/content/0/data user/metadata: a b'],
      ['/content/0'],
    ],
    [
      'a block in a tool result',
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'a', content: [hologram] }] },
      ['/content/0/content/0/data user/metadata: a b'],
      ['/content/0/content/0'],
    ],
    [
      'what a tool of a new kind answered',
      {
        role: 'assistant',
        content: [{ type: 'teleport_tool_result', tool_use_id: 'a', where: 'home', content: 'x' }],
      },
      [
        '/content/0/content tool/tool_result: x',
        '/content/0/~3where tool/tool_result: where',
        '/content/0/where tool/tool_result: home',
      ],
      [],
    ],
    [
      'a result of a known tool',
      {
        role: 'assistant',
        content: [{ type: 'code_execution_tool_result', content: { type: 'x_result', said: 'a' } }],
      },
      ['/content/0/content/~3said tool/tool_result: said', '/content/0/content/said tool/tool_result: a'],
      [],
    ],
    [
      'a source',
      { role: 'user', content: [{ type: 'document', source: { type: 'ftp', at: 'x' } }] },
      [],
      ['/content/0/source'],
    ],
    [
      'arguments as text',
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: '{"x":"y"}' }] },
      [
        '/content/0/input#/~3x assistant/tool_arguments: x',
        '/content/0/input#/x assistant/tool_arguments: y',
      ],
      [],
    ],
  ])('is scanned, and a medium where it may be one: %s', (_, message, expected, media) => {
    const at = '/messages/0';
    expect(said({ messages: [message] }).map((line) => line.replace(at, ''))).toEqual(expected);
    expect(promptOf({ messages: [message] }).media.map(({ pointer }) => pointer.replace(at, ''))).toEqual(
      media,
    );
  });
});

describe('requested models and limits', () => {
  it.each<[JsonObject, JsonObject]>([
    [{}, { stream: false, maxOutputTokens: 16, model: 'claude-x', operation: 'chat' }],
    [{ stream: true }, { stream: true }],
    [{ max_tokens: null }, { maxOutputTokens: null }],
  ])('are read: %j', (change, expected) => {
    expect(promptOf(change)).toMatchObject(expected);
  });
});

describe('routes', () => {
  const match = (method: string, path: string): unknown =>
    anthropicMessages.match({ method, path, query: 'beta=true' });

  it.each([
    ['GET', '/v1/messages'],
    ['POST', '/v1/messages/'],
    ['POST', '/v1/Messages'],
    ['POST', '//v1/messages'],
    ['POST', '/v1/%6dessages'],
    ['POST', '/v1/messages/batches'],
    ['POST', '/v1/complete'],
  ])('%s %s is not of this dialect', (method, path) => {
    expect(match(method, path)).toBeNull();
  });

  it.each(['/v1/messages', '/v1/messages/count_tokens', '/messages'])(
    'POST %s is of this dialect',
    (path) => {
      expect(match('POST', path)).toEqual(MATCH);
    },
  );
});
