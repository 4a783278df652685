import { Live, policyOf, send } from '../test-kit.ts';

const HOST = 'mcp.example:80';
const ENTRY = `{ server: "${HOST}", mode: MODE }`;
const CALL = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
const OFF = ['injection', 'secrets', 'pii', 'media'].map((key) => `${key}: { mode: observe }`).join(', ');
const OBSERVES = `action: { mode: observe, mcp: [${ENTRY.replace('MODE', 'observe')}] }\ningress: { ${OFF} }`;

/** Status and body of what the server sends to a call of a client. */
async function replied(policy: string, body: string): Promise<[number, string]> {
  const live = await new Live({ policy: policyOf(policy), host: HOST }).start();
  live.answer = (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json', 'x-own': 'kept' }).end(body);
  };
  const got = await send(live.port, { path: '/mcp', headers: HEADERS, body: CALL });
  await live.close();
  return [got.status, got.body];
}

describe('a reply of an MCP server', () => {
  it.each(['{ no json', '{"jsonrpc":"2.0","id":1,"result":{},"result":{}}', '"text"'])(
    'passes as it came where nothing that is enforced could judge it: %s',
    async (body) => {
      expect(await replied(OBSERVES, body)).toEqual([200, body]);
    },
  );

  it.each([
    [
      'the entry of the server',
      OBSERVES.replaceAll('mode: observe, mcp', 'mcp').replace(
        ENTRY.replace('MODE', 'observe'),
        ENTRY.replace('MODE', 'enforce'),
      ),
    ],
    ['a rule about its texts', OBSERVES.replace('secrets: { mode: observe }', 'secrets: { action: block }')],
  ])('is refused where it cannot be read, and one thing is enforced: %s', async (_name, policy) => {
    const [, body] = await replied(policy, '{ no json');
    expect(body).toContain('response_malformed');
  });
});
