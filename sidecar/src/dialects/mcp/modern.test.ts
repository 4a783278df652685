import type { McpMessage } from '../../exchange/index.ts';
import { parseText } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { readMessages } from './body.ts';
import { InvalidParams, protocolError, UnknownMethod } from './faults.ts';
import type { Sender } from './methods.ts';

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

function read(sender: Sender, value: unknown): McpMessage {
  const origin = sender === 'client' ? 'assistant' : 'tool';
  const [message] = readMessages(parseText(JSON.stringify(value)), { sender, origin, version: '2026-07-28' });
  if (message === undefined) throw new Error('no message');
  return message;
}
function request(method: string, params: object = {}): object {
  return { jsonrpc: '2.0', id: 1, method, params: { _meta: META, ...params } };
}
function result(members: object): object {
  return { jsonrpc: '2.0', id: 1, result: { resultType: 'complete', ...members } };
}
function said({ segments }: McpMessage): readonly string[] {
  return segments.map(({ text }) => text);
}

describe('a message that is not of 2026-07-28', () => {
  it.each<[string, Sender, unknown, number]>([
    ['a request without _meta', 'client', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, -32602],
    ['a request without a version', 'client', request('tools/list', { _meta: { x: 1 } }), -32602],
    [
      'a request without capabilities',
      'client',
      request('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } }),
      -32602,
    ],
    ['a handshake', 'client', request('initialize'), -32601],
    ['a ping', 'client', request('ping'), -32601],
    ['the result of a task as before', 'client', request('tasks/result'), -32601],
    ['a subscription as before', 'client', request('resources/subscribe', { uri: 'x:y' }), -32601],
    ['a response of a client', 'client', result({}), -32600],
    ['a batch', 'client', [request('tools/list')], -32600],
    ['a request of a server', 'server', { jsonrpc: '2.0', id: 1, method: 'roots/list' }, -32601],
    ['an unknown result type', 'server', result({ resultType: 'later' }), -32600],
    [
      'something else that a server asks for',
      'server',
      result({ inputRequests: { a: { method: 'tools/call', params: { name: 'x' } } } }),
      -32600,
    ],
    ['requests for input in a list', 'server', result({ inputRequests: [] }), -32600],
    [
      'subscriptions that are no list',
      'client',
      request('subscriptions/listen', { notifications: { resourceSubscriptions: 'x' } }),
      -32600,
    ],
  ])('%s is refused', (_name, sender, value, number) => {
    try {
      read(sender, value);
    } catch (error) {
      expect(error instanceof Malformed && protocolError(error).number).toBe(number);
      return;
    }
    throw new Error('nothing was refused');
  });

  it.each<[Malformed, number, number]>([
    [new InvalidParams('/params', 'x'), -32602, 400],
    [new UnknownMethod('/method', 1), -32601, 404],
    [new Malformed('body', 'x'), -32600, 400],
  ])('has the number and status of the protocol: %s', (fault, number, status) => {
    expect(protocolError(fault)).toEqual({ number, status });
  });
});

describe('what a client says in 2026-07-28', () => {
  it('declares features in each request', () => {
    const capabilities = {
      sampling: {},
      elicitation: {},
      extensions: { 'io.modelcontextprotocol/tasks': {} },
    };
    const _meta = { ...META, 'io.modelcontextprotocol/clientCapabilities': capabilities };
    expect(read('client', request('tools/list', { _meta })).declared).toEqual([
      { feature: 'sampling', pointer: '/params/_meta/io.modelcontextprotocol~1clientCapabilities/sampling' },
      {
        feature: 'elicitation',
        pointer: '/params/_meta/io.modelcontextprotocol~1clientCapabilities/elicitation',
      },
    ]);
  });

  it('uses the resources that it wants to be told of', () => {
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['a:b', 'c:d'] };
    expect(read('client', request('subscriptions/listen', { notifications })).uses).toEqual([
      { kind: 'resource', name: 'a:b', pointer: '/params/notifications/resourceSubscriptions/0' },
      { kind: 'resource', name: 'c:d', pointer: '/params/notifications/resourceSubscriptions/1' },
    ]);
  });

  it.each([
    ['tools/call', { name: 't', arguments: {} }],
    ['prompts/get', { name: 'p' }],
    ['resources/read', { uri: 'a:b' }],
    ['tasks/update', { taskId: 'x' }],
  ])('answers in %s', (method, params) => {
    const inputResponses = {
      a: { action: 'accept', content: { name: 'Ann' } },
      b: { role: 'assistant', model: 'm', content: { type: 'text', text: 'Paris' } },
    };
    const texts = said(
      read('client', request(method, { ...params, inputResponses, requestState: 'state of x' })),
    );
    expect(texts).toEqual(expect.arrayContaining(['Ann', 'Paris', 'state of x']));
  });
});

const ELICITATION = { method: 'elicitation/create', params: { message: 'Who?', requestedSchema: {} } };
const SAMPLING = {
  method: 'sampling/createMessage',
  params: { messages: [{ role: 'user', content: { type: 'text', text: 'What?' } }], maxTokens: 1 },
};

describe('what a server says in 2026-07-28', () => {
  it.each<[string, object, string]>([
    [
      'a result',
      result({ resultType: 'input_required', inputRequests: { a: ELICITATION, b: SAMPLING } }),
      '/result',
    ],
    [
      'a task',
      result({ taskId: 'x', status: 'input_required', inputRequests: { a: ELICITATION, b: SAMPLING } }),
      '/result',
    ],
    ...['result', 'task'].map((member): [string, object, string] => [
      `the ${member} in a task`,
      result({
        taskId: 'x',
        status: 'completed',
        [member]: { inputRequests: { a: ELICITATION, b: SAMPLING } },
      }),
      `/result/${member}`,
    ]),
    [
      'a notification of a task',
      {
        jsonrpc: '2.0',
        method: 'notifications/tasks',
        params: { taskId: 'x', status: 'input_required', inputRequests: { a: ELICITATION, b: SAMPLING } },
      },
      '/params',
    ],
  ])('asks of the client in %s', (_name, message, at) => {
    const found = read('server', message);
    expect(found.asks).toEqual([
      { feature: 'elicitation', pointer: `${at}/inputRequests/a` },
      { feature: 'sampling', pointer: `${at}/inputRequests/b` },
    ]);
    expect(said(found)).toEqual(expect.arrayContaining(['Who?', 'What?']));
    expect(found.describesServer).toBe(false);
  });

  it('names its revisions', () => {
    const members = { supportedVersions: ['2026-07-28', 1], capabilities: {} };
    expect(read('server', result(members)).revisions).toEqual(['2026-07-28']);
    expect(read('server', result({ tools: [] })).revisions).toEqual([]);
  });

  it('asks of the client in the error of a task', () => {
    const error = { code: -32042, message: 'Open it.', data: { elicitations: [] } };
    const failed = read('server', result({ taskId: 'x', status: 'failed', error }));
    expect(failed.asks).toEqual([{ feature: 'elicitation', pointer: '/result/error' }]);
  });

  it('ends a task with a result or an error, which are read', () => {
    const content = [{ type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' }];
    const done = read('server', result({ taskId: 'x', status: 'completed', result: { content } }));
    expect(done.media).toHaveLength(1);
    const error = { code: -32603, message: 'It broke.' };
    expect(said(read('server', result({ taskId: 'x', status: 'failed', error })))).toContain('It broke.');
  });

  it.each<[string, object, boolean]>([
    [
      'server/discover',
      {
        supportedVersions: ['2026-07-28'],
        capabilities: {},
        instructions: 'x',
        ttlMs: 1,
        cacheScope: 'public',
      },
      true,
    ],
    [
      'a list',
      {
        tools: [],
        ttlMs: 1,
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'x', version: '1' } },
      },
      true,
    ],
    ['a list with more in _meta', { tools: [], _meta: { note: 'Read this.' } }, false],
    ['content', { content: [{ type: 'text', text: 'x' }], ttlMs: 1, cacheScope: 'private' }, false],
  ])('is about itself or not: %s', (_name, members, about) => {
    expect(read('server', result(members)).describesServer).toBe(about);
  });
});
