import { replayExchange } from '../replay/replay.ts';
import { policyOf } from '../test-kit.ts';

const HOST = 'w.svc:8080';

interface Page {
  readonly cursor?: string;
  readonly names: readonly string[];
  readonly nextCursor?: string;
}

/** Whether calls of these tools pass once the pages were read, each by a request of its own. */
function passing(pages: readonly Page[], streams: boolean, names: readonly string[]): readonly string[] {
  const policy = policyOf(
    `action: { mcp: [{ server: '${HOST}', tools: [{ name: "*", schema: offered }] }] }`,
  );
  const at = { method: 'POST', path: '/mcp', host: HOST };
  for (const { cursor, names: listed, nextCursor } of pages) {
    const request = {
      jsonrpc: '2.0',
      id: 'a',
      method: 'tools/list',
      params: cursor === undefined ? {} : { cursor },
    };
    const tools = listed.map((name) => ({ name, inputSchema: { type: 'object' } }));
    const answer = {
      jsonrpc: '2.0',
      id: 'a',
      result: { tools, ...(nextCursor === undefined ? {} : { nextCursor }) },
    };
    const response = streams ? [answer] : answer;
    expect(replayExchange({ ...at, request, response }, policy).reply).toMatchObject({ kind: 'allow' });
  }
  return names.filter((name) => {
    const request = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } };
    const judged = replayExchange({ ...at, request, response: null }, policy).request;
    return judged !== 'pass' && judged.kind === 'allow';
  });
}

describe.each([
  ['in whole replies', false],
  ['in streams', true],
])('pages of a list of tools, %s', (_how, streams) => {
  it('remove a tool that their list has no more', () => {
    const first = { names: ['a', 'b'], nextCursor: '2' };
    const last = { cursor: '2', names: ['c'] };
    expect(passing([first, last], streams, ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c']);
    expect(passing([first, last, { names: ['a'], nextCursor: '2' }], streams, ['a', 'b', 'c'])).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(passing([first, last, { ...first, names: ['a'] }, last], streams, ['a', 'b', 'c'])).toEqual([
      'a',
      'c',
    ]);
  });

  it('remove nothing where one of them was not seen', () => {
    const pages = [{ names: ['a', 'b'] }, { cursor: 'other', names: ['c'] }];
    expect(passing(pages, streams, ['a', 'b', 'c'])).toEqual(['a', 'b', 'c']);
  });
});
