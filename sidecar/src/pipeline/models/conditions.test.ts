import { dial, text } from '../../listeners/test-kit.ts';
import { Live, policyOf, send } from '../test-kit.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const TOOL = {
  type: 'function',
  function: { name: 'weather', parameters: { type: 'object', properties: {} } },
};
const REPLY = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'Write to a.b@example.org.' }, finish_reason: 'stop' },
  ],
};
const CALLS = {
  ...REPLY,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c', type: 'function', function: { name: 'weather', arguments: '{}' } }],
      },
      finish_reason: 'tool_calls',
    },
  ],
};

interface Row {
  readonly name: string;
  readonly policy: string;
  readonly host?: string;
  readonly path?: string;
  readonly body: object | string;
  readonly reply?: object;
  readonly breaks: readonly string[];
  readonly blind?: readonly string[];
}

const ASK = { model: 'm', messages: [{ role: 'user', content: 'Hi.' }] };
const SEES = 'ingress: { pii: { action: redact }, secrets: { action: redact } }\naction: { default: allow }';

describe('what the sidecar tells of the four conditions', () => {
  it.each<Row>([
    {
      name: 'a request that no dialect can read, observed',
      policy: 'mode: observe',
      body: '{',
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    },
    {
      name: 'an uninspected route',
      policy: 'endpoints: { pass: ["POST /mine"] }',
      path: '/mine',
      body: ASK,
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    },
    {
      name: 'a refused tool',
      policy: SEES.replace('default: allow', 'default: deny'),
      body: { ...ASK, tools: [TOOL] },
      breaks: ['tool_offered'],
    },
    {
      name: 'a call in the reply',
      policy: SEES,
      body: { ...ASK, tools: [TOOL] },
      reply: CALLS,
      breaks: ['tool_offered', 'tool_called'],
    },
    { name: 'personal data in the reply', policy: SEES, body: ASK, reply: REPLY, breaks: ['personal_data'] },
    {
      name: 'the same, observed',
      policy: `mode: observe\n${SEES}`,
      body: ASK,
      reply: REPLY,
      breaks: ['personal_data'],
    },
    {
      name: 'a model elsewhere',
      policy: SEES.replace('allow', 'allow, hosts: ["api.example.com"]'),
      host: 'api.example.com',
      body: ASK,
      reply: { ...REPLY, choices: [] },
      breaks: ['outbound'],
    },
    { name: 'one question', policy: SEES, body: ASK, reply: { ...REPLY, choices: [] }, breaks: [] },
  ])(
    '$name',
    async ({ policy, host = null, path = '/v1/chat/completions', body, reply = REPLY, ...expected }) => {
      const live = await new Live({ policy: policyOf(policy), host }).start();
      live.answer = (request, response) => {
        request.resume();
        response.writeHead(200, JSON_TYPE).end(JSON.stringify(reply));
      };
      await send(live.port, {
        path,
        headers: JSON_TYPE,
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
      const { conditions } = live.conditions.report();
      await live.close();
      expect(conditions.flatMap(({ breaks }) => breaks.map(({ reason }) => reason))).toEqual(expected.breaks);
      expect(conditions.flatMap(({ blind }) => blind.map(({ reason }) => reason))).toEqual(
        expected.blind ?? [],
      );
    },
  );

  it('a WebSocket, which begins with a GET and is not read', async () => {
    const live = await new Live({ policy: policyOf('endpoints: { upgrade: ["/ws"] }') }).start();
    const client = dial(live.port);
    client.write(
      'GET /ws HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n\r\n',
    );
    await text(client);
    await live.close();
    const [first] = live.conditions.report().conditions;
    expect(first).toMatchObject({ state: 'unknown', blind: [{ reason: 'unread', exchanges: 1 }] });
  });
});
