import { Live, policyOf, send } from '../test-kit.ts';

const POLICY = 'action: { default: allow }';
const SEALED = Buffer.from(Array.from({ length: 96 }, (_, index) => (index * 37 + 200) % 256)).toString(
  'base64',
);

interface Exchanged {
  readonly name: string;
  readonly path: string;
  readonly first: object;
  readonly reply: object;
  readonly second: object;
}

function said(content: readonly object[], more: object = {}): object {
  return {
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
    ...more,
  };
}
function asks(messages: readonly object[], more: object = {}): object {
  return {
    model: 'm',
    max_tokens: 9,
    messages,
    ...more,
  };
}
const HI = { role: 'user', content: 'hi' };
const LONG = Buffer.from(Array.from({ length: 2000 }, (_, index) => (index * 61 + 190) % 256)).toString(
  'base64',
);
const FOUND = {
  type: 'web_search_tool_result',
  tool_use_id: 'srv_1',
  content: [{ type: 'web_search_result', title: 'T', url: 'https://example.com', encrypted_content: SEALED }],
};
const dialects: readonly Exchanged[] = [
  ...[
    { type: 'redacted_thinking', data: SEALED },
    FOUND,
    { type: 'later_tool_result', tool_use_id: 'srv_1', sealed: LONG },
  ].map((block) => ({
    name: `Anthropic, ${block.type}`,
    path: '/v1/messages',
    first: asks([HI]),
    reply: said([block]),
    second: asks([HI, { role: 'assistant', content: [block] }, HI]),
  })),
  {
    name: 'Anthropic, a container',
    path: '/v1/messages',
    first: asks([HI]),
    reply: said([], { container: { id: 'container_1', expires_at: '2026-12-01T00:00:00Z' } }),
    second: asks([HI], { container: 'container_1' }),
  },
  {
    name: 'OpenAI chat, speech',
    path: '/v1/chat/completions',
    first: { model: 'm', messages: [HI] },
    reply: {
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: null,
            audio: { id: 'audio_1', data: SEALED, transcript: 'T' },
          },
          finish_reason: 'stop',
        },
      ],
    },
    second: { model: 'm', messages: [HI, { role: 'assistant', audio: { id: 'audio_1' } }, HI] },
  },
];

describe('references in other dialects', () => {
  it.each(dialects)('$name', async ({ path, first, reply, second }) => {
    const live = await new Live({ policy: policyOf(POLICY) }).start();
    live.answer = (_request, answer) =>
      void answer.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
    const ask = (body: object): ReturnType<typeof send> =>
      send(live.port, { path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
    expect((await ask(second)).status).toBe(400);
    expect((await ask(first)).status).toBe(200);
    expect((await ask(second)).status).toBe(200);
    await live.close();
  });
});
