import { Digests } from '../audit/record/digests.ts';
import type { Decision } from '../exchange/index.ts';
import { Live, policyOf, send, type LiveOptions } from './test-kit.ts';

const digests = new Digests(Buffer.alloc(32, 7));
const ARGS = '{"to":"a@example.com","copy":true}';
const HOST = 'mcp.example:80';
const JSON_TYPE = { 'content-type': 'application/json' };
const CHAT = {
  path: '/v1/chat/completions',
  headers: JSON_TYPE,
  body: JSON.stringify({
    model: 'm',
    messages: [{ role: 'user', content: 'hi' }],
    tools: [{ type: 'function', function: { name: 'send', parameters: { type: 'object' } } }],
  }),
};
const STREAMED = { ...CHAT, body: CHAT.body.replace('{', '{"stream":true,') };
const CALL = { id: 'c', type: 'function', function: { name: 'send', arguments: ARGS } };
const WHOLE = JSON.stringify({
  choices: [{ index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', tool_calls: [CALL] } }],
});
const EVENTS = [
  {
    choices: [
      {
        index: 0,
        delta: { tool_calls: [{ index: 0, ...CALL, function: { name: 'send', arguments: '{"to":"a@' } }] },
      },
    ],
  },
  { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: ARGS.slice(9) } }] } }] },
  { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
]
  .map((event) => `data: ${JSON.stringify(event)}\n\n`)
  .join('');
const MCP = {
  path: '/mcp',
  headers: { ...JSON_TYPE, accept: 'application/json, text/event-stream' },
  body: `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"send","arguments":${ARGS}}}`,
};
const RESULT = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [] } });
const SENDS = 'action: { tools: [{ name: send }] }';
const SERVER = `{ server: "${HOST}", tools: [send] }`;

interface Given {
  readonly policy: string;
  readonly request: Parameters<typeof send>[1];
  readonly reply: string;
  readonly type?: string;
  readonly host?: string;
  readonly change?: LiveOptions['change'];
}

/** What the record has of calls, by the kind of the decision. */
async function recorded(given: Given): Promise<readonly (readonly [Decision['kind'], Decision['calls']])[]> {
  const { policy, host = null, change = { digests } } = given;
  const live = await new Live({ policy: policyOf(policy), host, change }).start();
  live.answer = (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': given.type ?? 'application/json' }).end(given.reply);
  };
  await send(live.port, given.request);
  await live.close();
  return live.ledger.decisions.flatMap(({ kind, calls }) => (calls === undefined ? [] : [[kind, calls]]));
}

function sent(by: Digests | null): Decision['calls'] {
  const digest = (value: string | boolean): string | null => by?.of(value) ?? null;
  return [
    {
      tool: 'send',
      omitted: 0,
      arguments: [
        { name: 'to', digest: digest('a@example.com') },
        { name: 'copy', digest: digest(true) },
      ],
    },
  ];
}

describe('the record of a call', () => {
  it.each<[what: string, kind: Decision['kind'], by: Digests | null, given: Given]>([
    ['in a whole reply', 'egress', digests, { policy: SENDS, request: CHAT, reply: WHOLE }],
    [
      'that is refused',
      'action',
      digests,
      { policy: 'action: { tools: [{ name: other }] }', request: chatWithoutOffer(), reply: WHOLE },
    ],
    [
      'in a stream',
      'action',
      digests,
      { policy: SENDS, request: STREAMED, reply: EVENTS, type: 'text/event-stream' },
    ],
    [
      'in a stream under a policy that observes',
      'action',
      digests,
      { policy: `mode: observe\n${SENDS}`, request: STREAMED, reply: EVENTS, type: 'text/event-stream' },
    ],
    [
      'under a policy that observes',
      'egress',
      digests,
      { policy: `mode: observe\n${SENDS}`, request: CHAT, reply: WHOLE },
    ],
    [
      'to an MCP server',
      'egress',
      digests,
      { policy: `action: { mcp: [${SERVER}] }`, request: MCP, reply: RESULT, host: HOST },
    ],
    [
      'to an MCP server under a policy that observes',
      'egress',
      digests,
      { policy: `mode: observe\naction: { mcp: [${SERVER}] }`, request: MCP, reply: RESULT, host: HOST },
    ],
    ['without a key', 'egress', null, { policy: SENDS, request: CHAT, reply: WHOLE, change: {} }],
    [
      'under a policy that wants nothing of content',
      'egress',
      null,
      { policy: `${SENDS}\naudit: { content: none }`, request: CHAT, reply: WHOLE },
    ],
  ])('%s has its arguments', async (_what, kind, by, given) => {
    expect(await recorded(given)).toEqual([[kind, sent(by)]]);
  });
});

/** Its offer would be refused first. */
function chatWithoutOffer(): typeof CHAT {
  return { ...CHAT, body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }] }) };
}
