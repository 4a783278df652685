import fc from 'fast-check';

import { parseText, type JsonValue } from '../json/index.ts';
import { HeaderMismatch } from './faults.ts';
import {
  checkHeaders,
  checkVersion,
  conformingHeaders,
  repeatedHeaders,
  type McpHeaders,
} from './headers.ts';
import { mcpVersion } from './version.ts';

type Fields = Readonly<Record<string, string>>;

function headers(fields: Fields): McpHeaders {
  return { names: Object.keys(fields), header: (name) => fields[name] };
}
function message(method: string, params: object = {}, version = '2026-07-28'): JsonValue {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return parseText(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { _meta, ...params } }));
}
function check(body: JsonValue, fields: Fields): () => void {
  const version = mcpVersion(fields['mcp-protocol-version']);
  if (version === null) throw new Error('an unknown revision');
  return () => {
    checkVersion(body, headers(fields));
    checkHeaders(body, headers(fields), version);
  };
}

const VERSION = { 'mcp-protocol-version': '2026-07-28' };
const CALL = message('tools/call', {
  name: 'mail',
  arguments: { to: 'ann', deep: { n: 42, yes: true }, list: ['Grüße'] },
});
const NAMED = { ...VERSION, 'mcp-method': 'tools/call', 'mcp-name': 'mail' };
const OLD = parseText('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"mail"}}');

describe('headers that do not repeat the body', () => {
  it.each<[string, JsonValue, Fields]>([
    ['no revision', CALL, { 'mcp-method': 'tools/call', 'mcp-name': 'mail' }],
    ['an older revision', CALL, { ...NAMED, 'mcp-protocol-version': '2025-11-25' }],
    [
      'another revision in _meta',
      message('tools/list', {}, '2025-11-25'),
      { ...VERSION, 'mcp-method': 'tools/list' },
    ],
    ['a revision in a batch', [CALL], {}],
    ['no method', CALL, { ...VERSION, 'mcp-name': 'mail' }],
    ['another method', CALL, { ...NAMED, 'mcp-method': 'tools/list' }],
    ['two methods', CALL, { ...NAMED, 'mcp-method': 'tools/call, tools/call' }],
    ['a method in other letters', CALL, { ...NAMED, 'mcp-method': 'Tools/Call' }],
    ['no name', CALL, { ...VERSION, 'mcp-method': 'tools/call' }],
    ['another name', CALL, { ...NAMED, 'mcp-name': 'danger' }],
    ['another name, encoded', CALL, { ...NAMED, 'mcp-name': '=?base64?ZGFuZ2Vy?=' }],
    ['a name that is not Base64', CALL, { ...NAMED, 'mcp-name': '=?base64?bWFpb*==?=' }],
    [
      'a name in Base64 without padding',
      message('tools/call', { name: 'm' }),
      { ...NAMED, 'mcp-name': '=?base64?bQ?=' },
    ],
    [
      'a name that is not UTF-8',
      message('tools/call', { name: '\ufffd' }),
      { ...NAMED, 'mcp-name': '=?base64?/w==?=' },
    ],
    [
      'a name where there is none',
      message('tools/list'),
      { ...VERSION, 'mcp-method': 'tools/list', 'mcp-name': 'x' },
    ],
    ['no task', message('tasks/get', { taskId: 'x' }), { ...VERSION, 'mcp-method': 'tasks/get' }],
    ['an argument of another value', CALL, { ...NAMED, 'mcp-param-to': 'eve' }],
    [
      'an argument where there is no call',
      message('tools/list'),
      { ...VERSION, 'mcp-method': 'tools/list', 'mcp-param-to': 'ann' },
    ],
    [
      'more arguments than headers may repeat',
      CALL,
      {
        ...NAMED,
        ...Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`mcp-param-${index}`, 'ann'])),
      },
    ],
    ['another method in an older revision', OLD, { 'mcp-method': 'tools/list' }],
    ['another name in an older revision', OLD, { 'mcp-name': 'danger' }],
  ])('are refused: %s', (_name, body, fields) => {
    expect(check(body, fields)).toThrow(HeaderMismatch);
  });
});

describe('headers that repeat the body', () => {
  it.each<[string, JsonValue, Fields]>([
    ['a call', CALL, NAMED],
    ['a name in Base64', CALL, { ...NAMED, 'mcp-name': '=?base64?bWFpbA==?=' }],
    ['arguments', CALL, { ...NAMED, 'mcp-param-to': 'ann', 'mcp-param-n': '42.0', 'mcp-param-yes': 'true' }],
    [
      'an argument in Base64',
      CALL,
      { ...NAMED, 'mcp-param-x': `=?base64?${Buffer.from('Grüße').toString('base64')}?=` },
    ],
    [
      'a task',
      message('tasks/get', { taskId: 'x' }),
      { ...VERSION, 'mcp-method': 'tasks/get', 'mcp-name': 'x' },
    ],
    ['an older revision without any', OLD, {}],
  ])('pass: %s', (_name, body, fields) => {
    expect(check(body, fields)).not.toThrow();
  });

  it('are those of a conforming client, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const body = message('tools/call', { name });
        check(body, conformingHeaders(body, null))();
      }),
    );
  });
});

describe('arguments', () => {
  it('are walked once, however many headers repeat them', () => {
    let walks = 0;
    const args = {
      get to() {
        walks++;
        return 'ann';
      },
    };
    const body = { method: 'tools/call', params: { name: 'mail', arguments: args } };
    const names = Array.from({ length: 64 }, (_, index) => `mcp-param-${index}`);
    const all = headers(Object.fromEntries(names.map((name) => [name, 'ann'])));
    checkHeaders(body, all, '2025-11-25');
    const toCheck = walks;
    expect(repeatedHeaders(body, body, all).size).toBe(0);
    // Each walk reads the argument before and after the redaction.
    expect([toCheck, walks - toCheck]).toEqual([2, 2]);
  });
});

describe('headers of a body that was redacted', () => {
  const call = (name: string, args: object): JsonValue => message('tools/call', { name, arguments: args });

  it('repeat it again', () => {
    const fields = { ...NAMED, 'mcp-param-to': 'ann@example.com', 'mcp-param-n': '1' };
    const before = call('mail', { to: 'ann@example.com', n: 1 });
    const changed = repeatedHeaders(before, call('mail', { to: '[EMAIL] Ü', n: 1 }), headers(fields));
    expect([...changed]).toEqual([
      ['mcp-param-to', `=?base64?${Buffer.from('[EMAIL] Ü').toString('base64')}?=`],
    ]);
    expect([...repeatedHeaders(call('a', {}), call('b', {}), headers({ 'mcp-name': 'a' }))]).toEqual([
      ['mcp-name', 'b'],
    ]);
    expect([...repeatedHeaders(before, before, headers(fields))]).toEqual([]);
  });

  it.each([
    ['changed in one place alone', { a: 'x', b: 'x' }, { a: 'x', b: 'y' }],
    ['was removed', { a: 'x' }, {}],
    ['is no single value any more', { a: 'x' }, { a: { b: 'x' } }],
  ])('are refused where what they repeat %s', (_name, before, after) => {
    const fields = headers({ 'mcp-param-a': 'x' });
    expect(() => repeatedHeaders(call('t', before), call('t', after), fields)).toThrow(HeaderMismatch);
  });
});
