import type { McpMessage } from '../../exchange/index.ts';
import { parseText } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { readMessages, requestIds } from './body.ts';
import { definitionHash } from './definition.ts';
import { UnknownMethod } from './faults.ts';
import { methodsOf, type McpReading, type Sender } from './methods.ts';

function reading(sender: Sender, batches = false): McpReading {
  return {
    sender,
    origin: sender === 'client' ? 'assistant' : 'tool',
    version: batches ? '2025-03-26' : '2025-11-25',
  };
}
function read(sender: Sender, value: unknown, batches = false): readonly McpMessage[] {
  return readMessages(parseText(JSON.stringify(value)), reading(sender, batches));
}
function one(sender: Sender, value: object): McpMessage {
  const [message] = read(sender, { jsonrpc: '2.0', ...value });
  if (message === undefined) throw new Error('no message');
  return message;
}
function request(method: string, params?: object): object {
  return {
    id: 1,
    method,
    ...(params === undefined ? {} : { params }),
  };
}
function result(members: object): object {
  return { id: 1, result: members };
}
/** Everything that a message says, wherever. */
function said({ segments, offers }: McpMessage): readonly string[] {
  return [...segments, ...offers.flatMap((offer) => offer.segments)].map(({ text }) => text);
}

describe('a message that is not of the protocol', () => {
  it.each<[string, Sender, unknown]>([
    ['a text', 'client', 'x'],
    ['null', 'client', null],
    ['no version', 'client', { id: 1, method: 'ping' }],
    ['version 1.0', 'client', { jsonrpc: '1.0', id: 1, method: 'ping' }],
    ['an unknown member', 'client', { jsonrpc: '2.0', id: 1, method: 'ping', meta: 1 }],
    ['nothing to do', 'client', { jsonrpc: '2.0', id: 1 }],
    ['result and error', 'server', { jsonrpc: '2.0', id: 1, result: {}, error: { code: 1, message: '' } }],
    ['method and result', 'server', { jsonrpc: '2.0', id: 1, method: 'ping', result: {} }],
    ['a result with parameters', 'server', { jsonrpc: '2.0', id: 1, result: {}, params: {} }],
    ['a result without an id', 'server', { jsonrpc: '2.0', result: {} }],
    ['a result that is an array', 'server', { jsonrpc: '2.0', id: 1, result: [] }],
    ['an id that is null', 'client', { jsonrpc: '2.0', id: null, method: 'ping' }],
    ['an id with a fraction', 'client', { jsonrpc: '2.0', id: 1.5, method: 'ping' }],
    ['an id that is an object', 'client', { jsonrpc: '2.0', id: {}, method: 'ping' }],
    ['an id that is too long', 'client', { jsonrpc: '2.0', id: 'x'.repeat(257), method: 'ping' }],
    ['parameters by position', 'client', { jsonrpc: '2.0', id: 1, method: 'ping', params: [] }],
    ['a tool without a name', 'client', { jsonrpc: '2.0', id: 1, method: 'tools/call', params: {} }],
    [
      'an unknown reference',
      'client',
      { jsonrpc: '2.0', id: 1, method: 'completion/complete', params: { ref: { type: 'x' } } },
    ],
    ['content without a type', 'server', { jsonrpc: '2.0', id: 1, result: { content: [{}] } }],
    [
      'content of an unknown type',
      'server',
      { jsonrpc: '2.0', id: 1, result: { content: [{ type: 'video' }] } },
    ],
    ['a listed tool without a name', 'server', { jsonrpc: '2.0', id: 1, result: { tools: [{}] } }],
    [
      'a listed resource without a URI',
      'server',
      { jsonrpc: '2.0', id: 1, result: { resources: [{ name: 'x' }] } },
    ],
    [
      'a message of an unknown role',
      'server',
      {
        jsonrpc: '2.0',
        id: 1,
        result: { messages: [{ role: 'system', content: { type: 'text', text: '' } }] },
      },
    ],
    ['a member in another case', 'server', { jsonrpc: '2.0', id: 1, result: { Tools: [] } }],
  ])('%s is refused', (_name, sender, value) => {
    expect(() => read(sender, value)).toThrow(Malformed);
  });

  it('has no method of the other side, and tells the id for the answer', () => {
    const own = (sender: Sender): readonly string[] => [...methodsOf('2025-11-25', sender).requests];
    for (const method of own('server').filter((name) => !own('client').includes(name)))
      expect(() => one('client', request(method, {}))).toThrow(UnknownMethod);
    for (const method of own('client').filter((name) => !own('server').includes(name)))
      expect(() => one('server', request(method, {}))).toThrow(UnknownMethod);
    expect(() => one('client', { method: 'tools/call' })).toThrow(UnknownMethod);
  });
});

describe('batches', () => {
  const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
  it.each<[string, unknown, boolean]>([
    ['where there are none', [ping], false],
    ['without messages', [], true],
    ['of batches', [[ping]], true],
    ['that ask and answer', [ping, { jsonrpc: '2.0', id: 2, result: {} }], true],
    ['of too many', Array.from({ length: 101 }, () => ping), true],
  ])('%s are refused', (_name, value, batches) => {
    expect(() => read('client', value, batches)).toThrow(Malformed);
  });

  it('keep their places', () => {
    const call = { ...ping, id: 2, method: 'tools/call', params: { name: 'a', arguments: { to: 'x' } } };
    const [first, second] = read('client', [ping, call], true);
    expect([first?.pointer, second?.pointer]).toEqual(['/0', '/1']);
    expect(second?.uses).toEqual([{ kind: 'tool', name: 'a', pointer: '/1/params/name' }]);
    expect(second?.segments.map(({ pointer }) => pointer)).toEqual([
      '/1/params/arguments/~3to',
      '/1/params/arguments/to',
    ]);
    expect(requestIds([ping, { id: null, method: 'x' }, { id: 'b', method: 'x' }, 7])).toEqual([1, 'b']);
  });
});

describe('every channel', () => {
  const WORD = 'a phrase, said somewhere';
  const image = { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' };
  it.each<[string, Sender, object]>([
    ['arguments', 'client', request('tools/call', { name: 'a', arguments: { deep: [{ x: WORD }] } })],
    ['keys of arguments', 'client', request('tools/call', { name: 'a', arguments: { [WORD]: 1 } })],
    ['a name of a tool', 'client', request('tools/call', { name: WORD })],
    ['_meta', 'client', request('tools/list', { _meta: { x: WORD } })],
    ['a cursor', 'client', request('tools/list', { cursor: WORD })],
    ['arguments of a prompt', 'client', request('prompts/get', { name: 'p', arguments: { x: WORD } })],
    ['a URI', 'client', request('resources/read', { uri: WORD })],
    [
      'a completion',
      'client',
      request('completion/complete', {
        ref: { type: 'ref/prompt', name: 'p' },
        argument: { name: 'x', value: WORD },
      }),
    ],
    [
      'an answer of a model',
      'client',
      result({ role: 'assistant', model: 'm', content: { type: 'text', text: WORD } }),
    ],
    ['an answer of a person', 'client', result({ action: 'accept', content: { name: WORD } })],
    ['roots', 'client', result({ roots: [{ uri: 'file:///x', name: WORD }] })],
    ['a reason', 'client', { method: 'notifications/cancelled', params: { requestId: 1, reason: WORD } }],
    ['an error', 'client', { id: 1, error: { code: 1, message: 'x', data: { y: WORD } } }],
    ['an id', 'server', { id: WORD, result: {} }],
    ['text', 'server', result({ content: [image, { type: 'text', text: WORD }] })],
    [
      'an embedded resource',
      'server',
      result({ content: [{ type: 'resource', resource: { uri: 'x:y', text: WORD } }] }),
    ],
    [
      'a link',
      'server',
      result({ content: [{ type: 'resource_link', uri: 'x:y', name: 'n', description: WORD }] }),
    ],
    [
      'annotations',
      'server',
      result({ content: [{ type: 'text', text: '', annotations: { audience: [WORD] } }] }),
    ],
    ['structured content', 'server', result({ content: [], structuredContent: { a: [WORD] } })],
    [
      'instructions',
      'server',
      result({
        protocolVersion: '2025-11-25',
        capabilities: {},
        serverInfo: { name: 'x', version: '1' },
        instructions: WORD,
      }),
    ],
    ['the name of the server', 'server', result({ serverInfo: { name: WORD, version: '1' } })],
    ['a description', 'server', result({ tools: [{ name: 'a', description: WORD }] })],
    ['a title', 'server', result({ tools: [{ name: 'a', annotations: { title: WORD } }] })],
    [
      'a schema',
      'server',
      result({ tools: [{ name: 'a', inputSchema: { properties: { x: { description: WORD } } } }] }),
    ],
    [
      'a name in a schema',
      'server',
      result({ tools: [{ name: 'a', inputSchema: { properties: { [WORD]: {} } } }] }),
    ],
    ['a name in a list', 'server', result({ tools: [{ name: WORD }] })],
    ['a resource', 'server', result({ resources: [{ uri: 'x:y', name: 'x', description: WORD }] })],
    ['a template', 'server', result({ resourceTemplates: [{ uriTemplate: 'x:{y}', name: WORD }] })],
    [
      'a prompt',
      'server',
      result({ prompts: [{ name: 'p', arguments: [{ name: 'x', description: WORD }] }] }),
    ],
    ['contents', 'server', result({ contents: [{ uri: 'x:y', text: WORD }] })],
    ['messages', 'server', result({ messages: [{ role: 'user', content: { type: 'text', text: WORD } }] })],
    ['completions', 'server', result({ completion: { values: [WORD] } })],
    [
      'a question to the model',
      'server',
      request('sampling/createMessage', {
        messages: [{ role: 'user', content: [{ type: 'text', text: WORD }] }],
      }),
    ],
    ['a system prompt', 'server', request('sampling/createMessage', { messages: [], systemPrompt: WORD })],
    [
      'tools for the model',
      'server',
      request('sampling/createMessage', { messages: [], tools: [{ name: 'a', description: WORD }] }),
    ],
    [
      'a question to a person',
      'server',
      request('elicitation/create', { message: WORD, requestedSchema: {} }),
    ],
    [
      'a form',
      'server',
      request('elicitation/create', {
        message: 'x',
        requestedSchema: { properties: { x: { title: WORD } } },
      }),
    ],
    ['a link to a person', 'server', request('elicitation/create', { mode: 'url', message: 'x', url: WORD })],
    [
      'a log message',
      'server',
      { method: 'notifications/message', params: { level: 'info', data: { x: WORD } } },
    ],
    [
      'progress',
      'server',
      { method: 'notifications/progress', params: { progressToken: 1, progress: 1, message: WORD } },
    ],
    [
      'a task',
      'server',
      {
        method: 'notifications/tasks/status',
        params: { taskId: 't', status: 'working', statusMessage: WORD },
      },
    ],
    ['an error of the server', 'server', { id: 1, error: { code: 1, message: WORD } }],
  ])('%s is read', (_name, sender, message) => {
    expect(said(one(sender, message))).toContain(WORD);
  });

  it('counts unreadable parts, and keeps icons separate', () => {
    const audio = { type: 'audio', data: 'iVBORw0KGgo=', mimeType: 'audio/wav' };
    const blob = { type: 'resource', resource: { uri: 'x:y', blob: 'iVBORw0KGgo=' } };
    expect(one('server', result({ content: [image, audio, blob] })).media).toEqual([
      { pointer: '/result/content/0/data', kind: 'image' },
      { pointer: '/result/content/1/data', kind: 'audio' },
      { pointer: '/result/content/2/resource/blob', kind: 'file' },
    ]);
    const tool = { name: 'a', icons: [{ src: 'data:image/png;base64,aGk=' }] };
    expect(one('server', result({ tools: [tool] }))).toMatchObject({
      media: [],
      icons: ['/result/tools/0/icons'],
    });
  });

  it('reports used, offered, declared and requested parts', () => {
    expect(one('client', request('tools/call', { name: 'a', arguments: { x: 1 } }))).toMatchObject({
      uses: [{ kind: 'tool', name: 'a' }],
      call: { name: 'a', arguments: '{"x":1}' },
    });
    expect(one('client', request('resources/subscribe', { uri: 'x:y' })).uses).toMatchObject([
      { kind: 'resource', name: 'x:y' },
    ]);
    const initialize = {
      protocolVersion: '2025-11-25',
      capabilities: { sampling: {}, roots: {} },
      clientInfo: { name: 'x', version: '1' },
    };
    expect(one('client', request('initialize', initialize)).declared).toEqual([
      { feature: 'sampling', pointer: '/params/capabilities/sampling' },
      { feature: 'roots', pointer: '/params/capabilities/roots' },
    ]);
    expect(one('server', request('roots/list')).asks).toEqual([{ feature: 'roots', pointer: '' }]);
    const link = { mode: 'url', message: 'Sign in.', url: 'https://sign-in.example', elicitationId: 'x' };
    const required = { code: -32042, message: 'Sign in first.', data: { elicitations: [link] } };
    const refusal = one('server', { id: 1, error: required });
    expect(refusal.asks).toEqual([{ feature: 'elicitation', pointer: '/error' }]);
    expect(said(refusal)).toEqual(expect.arrayContaining([link.message, link.url]));
    expect(one('server', { id: 1, error: { ...required, code: -32000 } }).asks).toEqual([]);
    const { offers } = one(
      'server',
      result({ tools: [{ name: 'a' }, { name: 'b' }], prompts: [{ name: 'p' }] }),
    );
    expect(offers.map(({ kind, name, pointer }) => [kind, name, pointer])).toEqual([
      ['tool', 'a', '/result/tools/0'],
      ['tool', 'b', '/result/tools/1'],
      ['prompt', 'p', '/result/prompts/0'],
    ]);
  });
});

describe('the hash of a definition', () => {
  const tool = { name: 'é', description: 'x', inputSchema: { b: [1.5, 1e21, null], a: true } };
  it('is that of its canonical form', () => {
    // printf '%s' '{"description":"x","inputSchema":{"a":true,"b":[1.5,1e+21,null]},"name":"é"}' | sha256sum
    expect(definitionHash(tool)).toBe('c69175721f0a3a605e475893efec7bc55ebafb42b3c33757610abc5aca24dbf3');
    expect(
      definitionHash({
        inputSchema: { a: true, b: [1.5, 1e21, null] },
        _meta: { x: 1 },
        icons: [],
        description: 'x',
        name: 'é',
      }),
    ).toBe(definitionHash(tool));
  });

  it.each([
    ['description', { ...tool, description: 'y' }],
    ['schema', { ...tool, inputSchema: { ...tool.inputSchema, a: false } }],
    ['annotations', { ...tool, annotations: {} }],
    ['title', { ...tool, title: '' }],
    ['output schema', { ...tool, outputSchema: {} }],
  ])('changes with its %s', (_name, other) => {
    expect(definitionHash(other)).not.toBe(definitionHash(tool));
  });
});
