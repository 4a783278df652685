import { replayExchange } from '../replay/replay.ts';
import { Live, policyOf, send } from '../test-kit.ts';
import { expectPassed, sse } from '../testing/passing.ts';

const CHAT = '/v1/chat/completions';
const ASKED = { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] };
const CARD = '4111 1111 1111 1111';

function said(content: string): string {
  return sse({ id: 'c', model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] });
}

const END = sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }) + sse('[DONE]');

describe('events under another name', () => {
  it.each(['application/json', 'text/html', 'application/x-whatever'])('pass as %s', (contentType) => {
    expectPassed({ path: CHAT, request: ASKED, response: said('Hi') + END, contentType });
    expectPassed(
      { path: CHAT, request: ASKED, response: `\ufeff\n: ping\n\n${said('Hi')}${END}`, contentType },
      `\n:\n\n${said('Hi')}${END}`,
    );
  });

  it.each([201, 202])('pass with status %i', (status) => {
    expectPassed({ path: CHAT, request: ASKED, response: said('Hi') + END, status });
  });

  it('are redacted over their frames', () => {
    const response = said('pay 4111 1111') + said(' 1111 1111 now') + END;
    const traffic = { method: 'POST', path: CHAT, request: ASKED, response, contentType: 'application/json' };
    const { received } = replayExchange(traffic, policyOf('egress: { pii: { action: redact } }'));
    expect(received?.body).not.toMatch(/4111|1111 now/);
  });

  it.each<[string, readonly string[]]>([
    ['one', ['data: ']],
    ['several', ['d', 'at', 'a: ']],
  ])('are known when their beginning comes in %s pieces', async (_name, pieces) => {
    const live = await new Live({ policy: policyOf('egress: { pii: { action: redact } }') }).start();
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/html' });
      for (const piece of pieces) response.write(piece);
      response.end((said(`card ${CARD} `) + END).slice('data: '.length));
    };
    const { body, isBroken } = await send(live.port, {
      path: CHAT,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(ASKED),
    });
    expect(isBroken).toBe(false);
    expect(body).toContain('[CREDIT_CARD]');
    expect(body).toContain('[DONE]');
    await live.close();
  });

  it('are observed as they come', async () => {
    const live = await new Live({
      policy: policyOf('mode: observe\negress: { pii: { action: redact } }'),
    }).start();
    const stream = said(`card ${CARD} `) + END;
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/html' }).end(stream);
    };
    const sent = { path: CHAT, headers: { 'content-type': 'application/json' }, body: JSON.stringify(ASKED) };
    expect((await send(live.port, sent)).body).toBe(stream);
    expect(live.ledger.decisions.flatMap(({ hits }) => hits.map(({ rule }) => rule))).toContain(
      'pii.credit-card',
    );
    await live.close();
  });
});

describe('JSON under another name', () => {
  it('passes where it is JSON', () => {
    const response = {
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
    };
    expectPassed({ path: CHAT, request: { ...ASKED, stream: false }, response, contentType: 'text/html' });
  });
});

describe('a reply without a body', () => {
  it.each([200, 204])('passes with status %i', async (status) => {
    const live = await new Live({ policy: policyOf('egress: { pii: { action: redact } }') }).start();
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(status).end();
    };
    const sent = { path: CHAT, headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ ...ASKED, stream: false });
    expect(await send(live.port, { ...sent, body })).toMatchObject({ status, body: '', isBroken: false });
    await live.close();
  });
});

describe('frames that are words', () => {
  it.each<[string, string]>([
    ['a status', 'data: 502 Bad Gateway\n\n'],
    ['a ping with the time', 'event: ping\ndata: 2026-11-29 10:00:00.1\n\n'],
    ['a ping with a word', 'event: ping\ndata: keepalive\n\n'],
    ['an end in other letters', 'data: [done]\n\n'],
  ])('pass: %s', (_name, frame) => {
    expectPassed({ path: CHAT, request: ASKED, response: said('Hi') + frame + END });
  });

  it('pass with an error of the server in them', () => {
    expectPassed({
      path: CHAT,
      request: ASKED,
      response: `${said('Hi')}event: error\ndata: Out of memory\n\n`,
    });
  });

  it('are judged as one text', () => {
    const response = `data: pay 4111 1111\n\ndata:  1111 1111 now\n\n${END}`;
    const traffic = { method: 'POST', path: CHAT, request: ASKED, response };
    const { received } = replayExchange(traffic, policyOf('egress: { pii: { action: redact } }'));
    expect(received?.body).toContain('data: pay [CREDIT_CARD]');
    expect(received?.body).not.toMatch(/1111/);
  });

  it.each(['{"a":', '"x', '[1,'])('are none where they begin JSON: %s', (data) => {
    const traffic = { method: 'POST', path: CHAT, request: ASKED, response: `data: ${data}\n\n` };
    expect(replayExchange(traffic, policyOf('')).reply).toMatchObject({ code: 'response_malformed' });
  });
});

describe('events of Anthropic under a name that no client knows', () => {
  it('pass', () => {
    const response = [
      sse({ type: 'ping' }, 'vertex_event'),
      sse({ type: 'message_start', message: { id: 'm', role: 'assistant', content: [] } }, 'message_start'),
      sse({ type: 'message_stop' }, 'message_stop'),
    ].join('');
    expectPassed({ path: '/v1/messages', request: { ...ASKED, max_tokens: 5 }, response });
  });
});

const POLICY = policyOf('egress: { secrets: { action: block } }\naction: { default: deny }');

describe('a chat on the route of Ollama in the words of OpenAI', () => {
  const request = { model: 'm', stream: false, messages: ASKED.messages };
  const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } };

  it('has its calls judged', () => {
    const response = {
      choices: [{ message: { role: 'assistant', tool_calls: [call] }, finish_reason: 'tool_calls' }],
    };
    const traffic = { method: 'POST', path: '/api/chat', request, response };
    expect(replayExchange(traffic, POLICY).reply).toMatchObject({ code: 'tool_not_allowed' });
  });

  it('has the calls of its stream judged', () => {
    const response = sse({ choices: [{ index: 0, delta: { tool_calls: [{ index: 0, ...call }] } }] }) + END;
    const traffic = {
      method: 'POST',
      path: '/api/chat',
      request: ASKED,
      response,
      contentType: 'text/event-stream',
    };
    const { reply, received } = replayExchange(traffic, POLICY);
    expect(reply).toMatchObject({ code: 'tool_not_allowed' });
    expect(received?.body).not.toContain('"arguments"');
  });

  it('passes', () => {
    expectPassed({
      path: '/api/chat',
      request: ASKED,
      response: said('Hi') + END,
      contentType: 'text/event-stream',
    });
    const whole = { choices: [{ message: { role: 'assistant', content: 'Hi', tool_calls: [call] } }] };
    expectPassed({ path: '/api/chat', request, response: whole });
  });
});

describe('a whole reply that is withheld', () => {
  const KEY = 'the key is AKIAQ7WZ5TXN3RLMKB2D';

  it.each<[string, object, object, object]>([
    [
      CHAT,
      { ...ASKED, stream: false },
      { choices: [{ message: { content: KEY } }], usage: { prompt_tokens: 3, completion_tokens: 4 } },
      { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
    ],
    [
      '/v1/completions',
      { model: 'm', prompt: 'x' },
      { choices: [{ text: KEY }], usage: { prompt_tokens: 3, completion_tokens: 4 } },
      { usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
    ],
    [
      '/v1/responses',
      { model: 'm', input: 'x' },
      {
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text: KEY }] }],
        usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
      },
      { usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 } },
    ],
    [
      '/v1/messages',
      { model: 'm', max_tokens: 5, messages: ASKED.messages },
      {
        type: 'message',
        content: [{ type: 'text', text: KEY }],
        usage: { input_tokens: 3, output_tokens: 4 },
      },
      { usage: { input_tokens: 3, output_tokens: 4 } },
    ],
    [
      '/api/chat',
      { model: 'm', stream: false, messages: ASKED.messages },
      { message: { role: 'assistant', content: KEY }, done: true, prompt_eval_count: 3, eval_count: 4 },
      { prompt_eval_count: 3, eval_count: 4 },
    ],
    [
      '/v1beta/models/m:generateContent',
      { contents: [{ parts: [{ text: 'x' }] }] },
      {
        candidates: [{ content: { parts: [{ text: KEY }] } }],
        usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 },
      },
      { usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, totalTokenCount: 7 } },
    ],
  ])('says at %s what the server counted', (path, request, response, expected) => {
    const { received } = replayExchange({ method: 'POST', path, request, response }, POLICY);
    expect(received?.body).not.toContain('AKIA');
    expect(JSON.parse(received?.body ?? '')).toMatchObject(expected);
  });
});
