import { afterEach, describe, expect, it } from '@jest/globals';

import { replayExchange } from '../replay/replay.ts';
import { Live, policyOf, send, type Got } from '../test-kit.ts';
import { APIS, type Api } from '../testing/calling-apis.ts';

let live: Live;
let seen: string[] = [];
afterEach(() => live.close());

async function start(tools: string, more = ''): Promise<void> {
  seen = [];
  live = await new Live({ policy: policyOf(`action: { tools: [${tools}]${more} }`) }).start();
  live.answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      seen.push(Buffer.concat(chunks).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  };
}

/** Offers both tools; `change` edits the text of the request. */
function ask(api: Api, change: (text: string) => string = (text) => text): Promise<Got> {
  return send(live.port, {
    path: api.path,
    headers: { 'content-type': 'application/json' },
    body: change(JSON.stringify(api.request(false))),
  });
}

function changed(text: string): string {
  return text.replaceAll('"properties":{}', '"properties":{"bcc":{"type":"string"}}');
}

const TOOLS = '{ name: look }, { name: pay, pin: true }';

describe.each(APIS.map((api) => [api.name, api] as const))(
  'a tool of %s that is pinned to its first definition',
  (_name, api) => {
    it('is refused with another one, and its hash is named, which policy may allow', async () => {
      await start(TOOLS);
      expect((await ask(api)).status).toBe(200);
      expect((await ask(api)).status).toBe(200);
      const refused = await ask(api, changed);
      expect(refused.status).toBe(403);
      expect(refused.body).toContain('tool_changed');
      expect(live.ledger.decisions.at(-1)?.hits).toMatchObject([
        { rule: 'tool.changed', code: 'tool_changed' },
      ]);
      // A policy that is loaded later forgets nothing.
      live.policy = policyOf(`action: { tools: [${TOOLS}] }`);
      expect((await ask(api, changed)).status).toBe(403);
      const hash = /sha256-[0-9a-f]{64}/.exec(refused.body)?.[0] ?? '';
      live.policy = policyOf(`action: { tools: [{ name: look }, { name: pay, pin: true, pins: ${hash} }] }`);
      expect((await ask(api, changed)).status).toBe(200);
      expect((await ask(api)).status).toBe(403);
    });

    it('goes from the request under offers: strip, and is not called', async () => {
      await start(TOOLS, ', offers: strip');
      await ask(api);
      live.answer = ((before) => (request, response) => {
        if (seen.length > 1) {
          before(request, response);
          return;
        }
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.once('end', () => {
          seen.push(Buffer.concat(chunks).toString());
          const reply = api.whole([{ name: 'pay', args: {} }]);
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
        });
      })(live.answer);
      const got = await ask(api, changed);
      expect(seen[1]).toContain('"look"');
      expect(seen[1]).not.toContain('"pay"');
      expect(got.body).toMatch(api.clean);
    });
  },
);

/** Offers `look` alone. */
function withoutPay(api: Api, streams: boolean): Record<string, unknown> {
  const request = JSON.stringify(api.request(streams), (_key, value: unknown) =>
    Array.isArray(value) ? value.filter((each) => !/^\{[^[]*"name":"pay"/.test(JSON.stringify(each))) : value,
  );
  expect(request).not.toContain('"pay"');
  return JSON.parse(request) as Record<string, unknown>;
}

function replayed(policy: string, api: Api, request: object, response: unknown, streams = false) {
  const at = { method: 'POST', path: streams ? api.streamPath : api.path, request, response };
  return replayExchange(
    { ...at, contentType: streams ? api.streamType : 'application/json' },
    policyOf(policy),
  );
}

describe.each([
  ['pin: true', 'pin: true'],
  ['pins', `pins: sha256-${'0'.repeat(64)}`],
])('a call of a tool with %s that its request does not offer', (_how, pinned) => {
  const policy = `action: { tools: [{ name: look }, { name: "pa*", ${pinned} }] }`;
  const offending = [{ name: 'pay', args: {} }];

  it.each(APIS.flatMap((api) => [false, true].map((streams) => [api.name, streams, api] as const)))(
    'is refused, %s, streamed: %s',
    (_name, streams, api) => {
      const response = streams ? api.streamed(offending) : api.whole(offending);
      const { reply } = replayed(policy, api, withoutPay(api, streams), response, streams);
      expect(reply).toMatchObject({
        kind: 'block',
        hits: [{ rule: 'tool.changed', code: 'tool_changed' }],
      });
    },
  );

  it('is refused in a follow-up that does not offer it again', () => {
    const [, , responses] = APIS as readonly [Api, Api, Api];
    const request = { model: 'm', input: 'Go on.', previous_response_id: 'resp_0' };
    const open = `mode: enforce\ningress: { media: { opaque: { action: allow } } }\n${policy}`;
    const { request: asked, reply } = replayed(open, responses, request, responses.whole(offending));
    expect(asked).not.toMatchObject({ kind: 'block' });
    expect(reply).toMatchObject({ kind: 'block', hits: [{ rule: 'tool.changed' }] });
  });
});

describe('a forced choice of a tool with pin that the request does not offer', () => {
  const policy = 'action: { tools: [{ name: "*", pin: true }] }';
  const [chat, messages, responses, gemini] = APIS as readonly [Api, Api, Api, Api];
  const forms: readonly (readonly [string, Api, (name: string) => object])[] = [
    ['chat', chat, (name) => ({ tool_choice: { type: 'function', function: { name } } })],
    [
      'allowed tools of chat',
      chat,
      (name) => ({
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'required', tools: [{ type: 'function', function: { name } }] },
        },
      }),
    ],
    ['messages', messages, (name) => ({ tool_choice: { type: 'tool', name } })],
    ['responses', responses, (name) => ({ tool_choice: { type: 'function', name } })],
    [
      'gemini',
      gemini,
      (name) => ({ toolConfig: { functionCallingConfig: { mode: 'ANY', allowedFunctionNames: [name] } } }),
    ],
  ];
  const asked = (api: Api, change: object, open = policy) =>
    replayed(open, api, { ...withoutPay(api, false), ...change }, null).request;

  it.each(forms)('is refused in the request, %s', (_name, api, force) => {
    expect(asked(api, force('pay'))).toMatchObject({ kind: 'block', hits: [{ rule: 'tool.changed' }] });
    expect(asked(api, force('look'))).not.toMatchObject({ kind: 'block' });
    expect(asked(api, force('pay'), 'action: { tools: [{ name: "*" }] }')).not.toMatchObject({
      kind: 'block',
    });
  });

  it('passes for one that the provider runs', () => {
    const server = { type: 'mcp', server_label: 's', server_url: 'https://s.example' };
    const change = { tools: [server], tool_choice: { type: 'mcp', server_label: 's', name: 'f' } };
    expect(asked(responses, change)).not.toMatchObject({ hits: [{ rule: 'tool.changed' }] });
  });
});

it.each(APIS.map((api) => [api.name, api] as const))('an offered call passes, %s', (_name, api) => {
  const policy = 'action: { tools: [{ name: look }, { name: pay, pin: true }] }';
  const { reply } = replayed(policy, api, api.request(false), api.whole([{ name: 'pay', args: {} }]));
  expect(reply).not.toMatchObject({ kind: 'block' });
});

it('does not bind calls that the provider makes itself, whose offers have the names of types', () => {
  const [, messages] = APIS as readonly [Api, Api];
  const policy = 'action: { tools: [{ name: "web_search*", pin: true }] }';
  const request = {
    ...messages.request(false),
    tools: [{ type: 'web_search_20250305', name: 'web_search' }],
  };
  const used = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } };
  const response = { ...messages.whole([]), content: [used] };
  expect(replayed(policy, messages, request, response).reply).not.toMatchObject({ kind: 'block' });
});

it('is the same definition in another order of members, and with cache_control elsewhere', async () => {
  const [, messages] = APIS as readonly [Api, Api];
  await start(TOOLS);
  await ask(messages);
  const moved = (text: string): string =>
    text.replace(
      '"name":"pay","input_schema":{"type":"object","properties":{}}',
      '"input_schema":{"properties":{},"type":"object"},"cache_control":{"type":"ephemeral"},"name":"pay"',
    );
  expect((await ask(messages, moved)).status).toBe(200);
  expect(seen[1]).toContain('ephemeral');
});
