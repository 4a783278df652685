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
  /** Null: a GET. */
  readonly body: object | string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly reply?: object;
  /** Media type of the reply. Default: JSON. */
  readonly type?: string;
  readonly breaks: readonly string[];
  readonly blind?: readonly string[];
}

const SILENT = { ...REPLY, choices: [] };
const IMAGE = {
  ...REPLY,
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'Here.',
        images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
      },
      finish_reason: 'stop',
    },
  ],
};
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
      breaks: [],
    },
    {
      name: 'a model elsewhere, which an observing policy does not list',
      policy: `mode: observe\n${SEES.replace('allow', 'allow, hosts: ["other.example.com"]')}`,
      host: 'api.example.com',
      body: ASK,
      reply: { ...REPLY, choices: [] },
      breaks: [],
    },
    {
      name: 'a model elsewhere, which the policy refuses',
      policy: SEES.replace('allow', 'allow, hosts: ["other.example.com"]'),
      host: 'api.example.com',
      body: ASK,
      breaks: ['outbound'],
    },
    {
      name: 'what no dialect can read, elsewhere, observed',
      policy: 'mode: observe',
      host: 'api.example.com',
      body: '{',
      breaks: ['outbound'],
      blind: ['unread', 'unread', 'unread'],
    },
    {
      name: 'a thread at the provider, refused',
      policy: SEES,
      path: '/v1/threads',
      body: {},
      breaks: ['stored'],
    },
    {
      name: 'an empty cookie',
      policy: SEES,
      body: ASK,
      headers: { cookie: '' },
      reply: SILENT,
      breaks: [],
    },
    { name: 'one question', policy: SEES, body: ASK, reply: SILENT, breaks: [] },
    {
      name: 'a question in the query of an uninspected route',
      policy: 'endpoints: { pass: ["GET /mine"] }',
      path: '/mine?q=What%20is%20it',
      body: null,
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    },
    {
      name: 'a question in the path of an uninspected route',
      policy: 'endpoints: { pass: ["GET /ask/*"] }',
      path: '/ask/what-is-it',
      body: null,
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    },
    {
      name: 'a GET of a route that no policy lists, observed',
      policy: 'mode: observe',
      path: '/mine',
      body: null,
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    },
    {
      name: 'a GET of a stream of events',
      policy: 'endpoints: { pass: ["GET /mine"] }',
      path: '/mine',
      body: null,
      headers: { accept: 'text/event-stream' },
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    },
    ...['', 'mode: observe\n'].map((mode) => ({
      name: `a stream of events that was not asked for (${mode.trim()})`,
      policy: `${mode}endpoints: { pass: ["GET /mine"] }`,
      path: '/mine',
      body: null,
      type: 'text/event-stream; charset=utf-8',
      breaks: [],
      blind: ['unread', 'unread', 'unread'],
    })),
    ...['', 'mode: observe\n'].map((mode) => ({
      name: `a health check (${mode.trim()})`,
      policy: `${mode}endpoints: { pass: [builtin] }`,
      path: '/health',
      body: null,
      breaks: [],
    })),
    {
      name: 'a cookie',
      policy: SEES,
      body: ASK,
      headers: { cookie: 'a=b' },
      reply: SILENT,
      breaks: [],
      blind: ['session'],
    },
    {
      name: 'the name of a thread in the head',
      policy: SEES,
      body: ASK,
      headers: { 'x-thread-id': 't' },
      reply: SILENT,
      breaks: [],
      blind: ['session'],
    },
    {
      name: 'the name of a session in the query',
      policy: SEES,
      path: '/v1/chat/completions?session=s',
      body: ASK,
      reply: SILENT,
      breaks: [],
      blind: ['session'],
    },
    ...['', 'mode: observe\n'].map((mode) => ({
      name: `tools of the provider in a member that no dialect knows (${mode.trim()})`,
      policy: `${mode}${SEES}`,
      body: { ...ASK, compound_custom: { tools: { enabled_tools: ['web_search'] } } },
      reply: SILENT,
      breaks: [],
      blind: Array.from({ length: 4 }, () => 'unknown_members'),
    })),
    {
      name: 'an image in a reply, which the policy notes',
      policy: `${SEES}\negress: { media: { image: { mode: observe } } }`,
      body: ASK,
      reply: IMAGE,
      breaks: [],
      blind: ['media'],
    },
    {
      name: 'some kinds of personal data alone are looked for',
      policy: SEES.replace('redact', 'redact, entities: [US_SSN]'),
      body: ASK,
      reply: SILENT,
      breaks: [],
      blind: ['detectors_narrowed'],
    },
  ])(
    '$name',
    async ({
      policy,
      host = null,
      path = '/v1/chat/completions',
      body,
      headers,
      reply = REPLY,
      type,
      ...expected
    }) => {
      const live = await new Live({ policy: policyOf(policy), host }).start();
      live.answer = (request, response) => {
        request.resume();
        response
          .writeHead(200, type === undefined ? JSON_TYPE : { 'content-type': type })
          .end(JSON.stringify(reply));
      };
      await send(live.port, {
        path,
        ...(body === null
          ? { method: 'GET', headers: { ...headers } }
          : {
              headers: { ...JSON_TYPE, ...headers },
              body: typeof body === 'string' ? body : JSON.stringify(body),
            }),
      });
      await live.close();
      const { conditions } = live.conditions.report();
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
