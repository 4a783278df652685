import { once } from 'node:events';
import { request as ask, type IncomingMessage, type ServerResponse } from 'node:http';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { replayExchange, type Evaluation } from '../replay/replay.ts';
import { Live, policyOf, send } from '../test-kit.ts';
import { CHAT } from '../testing/samples.ts';

function policyWith(spend: string): CompiledPolicy {
  const media = '{ opaque: { action: allow } }';
  return policyOf(
    `ingress: { media: ${media} }\negress: { promptLeak: { action: 'off' } }\nlimits: { spend: [${spend}] }`,
  );
}

const REFUSED = { kind: 'block', code: 'limit_exceeded' };
const GOES_ON = { kind: 'allow', hits: [] };

describe('a server that reports zeros', () => {
  it.each<readonly [string, string, object, string, boolean]>([
    ['for all', 'tokens: 100', { prompt_tokens: 0, completion_tokens: 0 }, '', true],
    ['for its text', 'outputTokens: 100', { prompt_tokens: 9, completion_tokens: 0 }, '', true],
    [
      'where that uses the budget up',
      'tokens: 1000000',
      { prompt_tokens: 0, completion_tokens: 0 },
      ', unreported: exhaust',
      true,
    ],
    ['with little text', 'tokens: 5000', { prompt_tokens: 0, completion_tokens: 0 }, '', false],
  ])('%s: its texts are estimated', (_, limit, usage, more, isRefused) => {
    const policy = policyWith(`{ of: caller, window: 1h, ${limit}${more} }`);
    const turn = (): Evaluation['request'] =>
      replayExchange(
        {
          method: 'POST',
          path: CHAT.path,
          request: CHAT.request('Hello.'),
          response: { ...CHAT.whole('word '.repeat(1000)), usage },
        },
        policy,
      ).request;
    expect(turn()).toMatchObject(GOES_ON);
    expect(turn()).toMatchObject(isRefused ? REFUSED : GOES_ON);
  });
});

const MESSAGE = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'A long answer.', annotations: [] }],
};

/** Exchanges with the Responses API under one budget. */
class Responses {
  readonly #policy: CompiledPolicy;

  constructor(tokens: number, more = '') {
    this.#policy = policyWith(`{ of: workload, window: 1h, tokens: ${tokens}${more} }`);
  }

  /** A response in the background: it is queued. */
  background(id: string): Evaluation['request'] {
    const response = { id, object: 'response', model: 'm', status: 'queued', output: [], usage: null };
    const request = { model: 'm', input: 'Hi.', background: true };
    return this.#turn('POST', '/v1/responses', request, response);
  }

  foreground(id: string, tokens: number): Evaluation['request'] {
    return this.#turn('POST', '/v1/responses', { model: 'm', input: 'Hi.' }, completed(id, tokens));
  }

  fetch(id: string, tokens: number): Evaluation['request'] {
    return this.#turn('GET', `/v1/responses/${id}`, null, completed(id, tokens));
  }

  stream(id: string, tokens: number): Evaluation['request'] {
    const last = JSON.stringify({ type: 'response.completed', response: completed(id, tokens) });
    const text = `event: response.completed\ndata: ${last}\n\n`;
    return this.#turn('GET', `/v1/responses/${id}?stream=true`, null, text);
  }

  items(id: string): Evaluation['request'] {
    const item = { ...MESSAGE, content: [{ type: 'input_text', text: 'word '.repeat(1000) }] };
    return this.#turn('GET', `/v1/responses/${id}/input_items`, null, { object: 'list', data: [item] });
  }

  #turn(method: string, path: string, request: unknown, response: unknown): Evaluation['request'] {
    return replayExchange({ method, path, request, response }, this.#policy).request;
  }
}

function completed(id: string, tokens: number): object {
  const usage = { input_tokens: 0, output_tokens: tokens, total_tokens: tokens };
  return { id, object: 'response', model: 'm', status: 'completed', output: [MESSAGE], usage };
}

describe('a response in the background', () => {
  it.each(['fetch', 'stream'] as const)('is counted when it is fetched: %s', (how) => {
    const server = new Responses(100);
    expect(server.background('resp_1')).toMatchObject(GOES_ON);
    expect(server[how]('resp_1', 200)).toMatchObject(GOES_ON);
    expect(server.background('resp_2')).toMatchObject(REFUSED);
  });

  it('is counted once, however often and in whichever form it is fetched', () => {
    const server = new Responses(100);
    server.background('resp_1');
    for (let poll = 0; poll < 5; poll++) {
      server.fetch('resp_1', 60);
      server.stream('resp_1', 60);
    }
    expect(server.foreground('resp_2', 60)).toMatchObject(GOES_ON);
    expect(server.background('resp_3')).toMatchObject(REFUSED);
  });

  it('is counted by whoever fetches what another sidecar saw made', () => {
    const server = new Responses(100);
    server.fetch('resp_1', 200);
    expect(server.background('resp_2')).toMatchObject(REFUSED);
  });

  it('can still be fetched when the budget is used up', () => {
    const server = new Responses(100);
    server.background('resp_1');
    server.foreground('resp_2', 200);
    expect(server.background('resp_3')).toMatchObject(REFUSED);
    expect(server.fetch('resp_1', 10)).toMatchObject(GOES_ON);
  });

  it('uses up a budget that wants all to be reported', () => {
    const server = new Responses(1_000_000, ', unreported: exhaust');
    expect(server.background('resp_1')).toMatchObject(GOES_ON);
    expect(server.background('resp_2')).toMatchObject(REFUSED);
  });
});

it('a response that was counted when it was made costs nothing to read again, nor does its prompt', () => {
  const server = new Responses(100);
  server.foreground('resp_1', 60);
  for (let read = 0; read < 5; read++) {
    server.fetch('resp_1', 60);
    server.items('resp_1');
  }
  expect(server.foreground('resp_2', 60)).toMatchObject(GOES_ON);
});

const HEADERS = { 'content-type': 'application/json' };

async function post(live: Live): Promise<number> {
  const body = JSON.stringify(CHAT.request('Hello.'));
  return (await send(live.port, { path: CHAT.path, headers: HEADERS, body })).status;
}

/** Leaves when the first piece came. */
async function leaveStream(live: Live): Promise<void> {
  const client = ask({
    port: live.port,
    method: 'POST',
    path: CHAT.path,
    headers: HEADERS,
    agent: false,
  });
  client.on('error', () => undefined);
  client.end(JSON.stringify({ ...CHAT.request('Hello.'), stream: true }));
  const [response] = (await once(client, 'response')) as [IncomingMessage];
  response.on('error', () => undefined);
  await once(response, 'data');
  client.destroy();
}

describe.each(['', 'mode: observe'])('a client that leaves a stream before its usage comes: %j', (mode) => {
  it('has what arrived counted by its text', async () => {
    const spend = 'limits: { spend: [{ of: workload, window: 1h, tokens: 100 }] }';
    const live = await new Live({ policy: policyOf(`${spend}\n${mode}`) }).start();
    const left = new Promise<void>((resolve) => {
      live.answer = (request: IncomingMessage, response: ServerResponse) => {
        response.once('close', resolve);
        request.resume().once('end', () => {
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          const text = CHAT.stream?.(['word '.repeat(1000), 'The end.']) ?? '';
          response.write(text.slice(0, text.indexOf('The end.')));
        });
      };
    });
    await leaveStream(live);
    await left;
    live.answer = (request, response) => {
      request.resume().once('end', () => {
        response.writeHead(200, HEADERS).end(JSON.stringify(CHAT.whole('Hi.')));
      });
    };
    const status = await post(live);
    const hits = live.ledger.decisions.flatMap((decision) => decision.hits.map(({ rule }) => rule));
    await live.close();
    expect(hits).toContain('limits.spend');
    expect(status).toBe(mode === '' ? 429 : 200);
  });
});

it('exchanges that start while the budget has something left all go on, and the next is refused', async () => {
  const live = await new Live({
    policy: policyWith('{ of: workload, window: 1h, tokens: 1 }'),
  }).start();
  const waiting: ServerResponse[] = [];
  live.answer = (request, response) => {
    request.resume().once('end', () => {
      waiting.push(response);
      if (waiting.length < 5) return;
      for (const each of waiting) each.writeHead(200, HEADERS).end(JSON.stringify(CHAT.whole('Hi.')));
    });
  };
  const statuses = await Promise.all(Array.from({ length: 5 }, () => post(live)));
  expect(statuses).toEqual([200, 200, 200, 200, 200]);
  expect(await post(live)).toBe(429);
  await live.close();
});

describe.each([
  ['of the pod', 'tokensPerMinute: 1000'],
  ['of a caller', 'perCaller: { tokensPerMinute: 1000 }'],
])('tokens per minute %s', (_whose, limits) => {
  let live: Live;
  beforeEach(async () => {
    const policy = policyOf(
      `ingress: { media: { opaque: { action: allow } } }\negress: { promptLeak: { action: 'off' } }\nlimits: { ${limits} }`,
    );
    live = await new Live({ policy }).start();
    live.answer = (request, response) => {
      const id = request.url?.split('/')[3] ?? 'resp_made';
      const items = {
        object: 'list',
        data: [{ ...MESSAGE, content: [{ type: 'input_text', text: 'word '.repeat(4000) }] }],
      };
      const reply =
        request.url?.endsWith('/input_items') === true
          ? items
          : completed(id, id === 'resp_large' ? 5000 : 600);
      request.resume().once('end', () => response.writeHead(200, HEADERS).end(JSON.stringify(reply)));
    };
  });
  afterEach(() => live.close());
  const status = async (method: string, path: string): Promise<number> => {
    const body = method === 'POST' ? JSON.stringify({ model: 'm', input: 'Hi.' }) : '';
    return (await send(live.port, { method, path, headers: HEADERS, body })).status;
  };

  it('count a stored response once, and nothing for its prompt', async () => {
    expect(await status('POST', '/v1/responses')).toBe(200);
    for (let read = 0; read < 3; read++) {
      expect(await status('GET', '/v1/responses/resp_made')).toBe(200);
      expect(await status('GET', '/v1/responses/resp_made/input_items')).toBe(200);
    }
    expect(await status('POST', '/v1/responses')).toBe(200);
  });

  it('count what was made elsewhere when it is fetched first', async () => {
    expect(await status('GET', '/v1/responses/resp_large')).toBe(200);
    expect(await status('POST', '/v1/responses')).toBe(429);
  });
});
