import { spawnSync } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { mutate, random } from './mutation.ts';
import { startRaw, talk, type RawServer } from './raw.ts';

/** A scheduled job asks for many more. */
const ROUNDS = Number(process.env['FUZZ_RUNS'] ?? 600);
const AT_ONCE = 24;
const SEED = 20_261_129;
const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));

const ask = { model: 'm', messages: [{ role: 'user', content: 'Hello.' }] };
function events(...list: readonly unknown[]): string {
  return list.map((one) => `data: ${typeof one === 'string' ? one : JSON.stringify(one)}\n\n`).join('');
}
function delta(one: object, finish_reason: string | null = null): object {
  return {
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: one, finish_reason }],
  };
}
const call = {
  index: 0,
  id: 'a',
  type: 'function',
  function: { name: 'f', arguments: '{"to":"ann@example.com"}' },
};

interface Sample {
  readonly path: string;
  readonly body: object | null;
  readonly type: string;
  readonly reply: string;
}

/** One of each way that replies come in. */
const SAMPLES: readonly Sample[] = [
  {
    path: '/v1/chat/completions',
    body: ask,
    type: 'application/json',
    reply: JSON.stringify({
      id: 'c',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hi', tool_calls: [call] },
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    }),
  },
  {
    path: '/v1/chat/completions',
    body: { ...ask, stream: true },
    type: 'text/event-stream',
    reply: events(
      delta({ role: 'assistant', content: '' }),
      delta({ content: 'Write to ann@' }),
      delta({ content: 'example.com' }),
      delta({ tool_calls: [call] }),
      delta({}, 'stop'),
      '[DONE]',
    ),
  },
  {
    path: '/v1/responses',
    body: { model: 'm', input: 'Hello.', stream: true },
    type: 'text/event-stream',
    reply: events(
      {
        type: 'response.created',
        response: { id: 'r', object: 'response', status: 'in_progress', output: [] },
      },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { type: 'message', id: 'i', role: 'assistant', content: [] },
      },
      { type: 'response.output_text.delta', item_id: 'i', output_index: 0, content_index: 0, delta: 'Hi' },
      { type: 'response.output_text.done', item_id: 'i', output_index: 0, content_index: 0, text: 'Hi' },
      {
        type: 'response.completed',
        response: { id: 'r', object: 'response', status: 'completed', output: [] },
      },
    ),
  },
  {
    path: '/v1/messages',
    body: { ...ask, max_tokens: 9, stream: true },
    type: 'text/event-stream',
    reply: events(
      {
        type: 'message_start',
        message: {
          id: 'm',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          usage: { input_tokens: 1, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ),
  },
  {
    path: '/api/chat',
    body: ask,
    type: 'application/x-ndjson',
    reply: ['Hi', '']
      .map((content, index) =>
        JSON.stringify({ model: 'm', message: { role: 'assistant', content }, done: index === 1 }),
      )
      .join('\n'),
  },
  {
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello.' }] }] },
    type: 'text/event-stream',
    reply: events({
      candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }],
    }),
  },
  { path: '/health', body: null, type: 'text/plain', reply: 'fine' },
];

const CODINGS: readonly (readonly [string, (text: Buffer) => Buffer])[] = [
  ['', (text) => text],
  ['gzip', (text) => gzipSync(text)],
  ['br', (text) => brotliCompressSync(text)],
  ['deflate', (text) => deflateSync(text)],
];
const ENDS = ['length', 'chunks', 'connection'] as const;

type Pick = (below: number) => number;

function oneOf<T>(list: readonly T[], pick: Pick): T {
  const one = list[pick(list.length)];
  if (one === undefined) throw new Error('an empty list');
  return one;
}

/** The bytes of a reply, of which anything may have been changed: what it says, how it is packed, how it is framed. */
function replyOf({ type, reply }: Sample, pick: Pick): Buffer {
  const said = pick(2) === 0 ? mutate(reply, pick) : reply;
  const [coding, pack] = oneOf(CODINGS, pick);
  const body = pack(Buffer.from(said, 'latin1')).toString('latin1');
  const head = [
    'HTTP/1.1 200 OK',
    `Content-Type: ${type}`,
    ...(coding === '' ? [] : [`Content-Encoding: ${coding}`]),
  ];
  const end = oneOf(ENDS, pick);
  const bytes = {
    length: [...head, `Content-Length: ${body.length}`, '', body].join('\r\n'),
    chunks: [...head, 'Transfer-Encoding: chunked', '', body.length.toString(16), body, '0', '', ''].join(
      '\r\n',
    ),
    connection: [...head, 'Connection: close', '', body].join('\r\n'),
  }[end];
  return Buffer.from(pick(2) === 0 ? mutate(bytes, pick) : bytes, 'latin1');
}

function requestOf({ path, body }: Sample): string {
  if (body === null) return `GET ${path} HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n`;
  const text = JSON.stringify(body);
  return (
    `POST ${path} HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nConnection: close\r\n` +
    `Content-Length: ${text.length}\r\n\r\n${text}`
  );
}

function faultsIn(log: readonly string[]): readonly string[] {
  return log.filter((line) => line.includes('"level":"fatal"') || line.includes('unexpected'));
}

describe.each(['enforce', 'observe'])('%s: mutations of replies', (mode) => {
  const pick = random(SEED);
  let upstream: RawServer;
  let sidecar: SidecarProcess;
  /** Null: answer as it is in `SAMPLES`, by the path that was asked. */
  let fuzzed = true;

  /** In pieces, and then closed in one of the ways that connections end. */
  function serve(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      const path = /^(?:GET|POST) (\S+)/.exec(chunk.toString('latin1'))?.[1];
      const sample = SAMPLES.find((one) => one.path === path);
      if (sample === undefined) return;
      const bytes = replyOf(sample, fuzzed ? pick : (): number => 1);
      const cut = pick(bytes.length + 1);
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => {
        if (socket.destroyed) return;
        const ending = fuzzed ? pick(4) : 0;
        if (ending === 1) socket.resetAndDestroy();
        else if (ending === 2) socket.write(bytes.subarray(cut));
        else socket.end(bytes.subarray(cut));
      });
    });
  }

  beforeAll(async () => {
    upstream = await startRaw(serve);
    sidecar = await startSidecar({
      upstreams: [upstream.origin],
      policy: `version: 1\nmode: ${mode}\naction: { default: allow }\n`,
    });
  });
  afterAll(async () => {
    expect(await sidecar.stop()).toBe(0);
    await upstream.close();
  });

  it(`${ROUNDS} of them (seed ${SEED}): the process lives, its record verifies, and the next exchange is served`, async () => {
    const to = sidecar.inbound[0] ?? '';
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      const asked = Array.from({ length: AT_ONCE }, () => requestOf(oneOf(SAMPLES, pick)));
      await Promise.all(asked.map((bytes) => talk(to, bytes, 40 + pick(80))));
    }

    fuzzed = false;
    const [chat] = SAMPLES;
    if (chat === undefined) throw new Error('no sample');
    const said = await talk(to, requestOf(chat));
    // A process that ends by a fault is still there for a moment, and its log says why.
    expect([said.slice(0, 13), faultsIn(sidecar.log)]).toEqual(['HTTP/1.1 200 ', []]);
    expect((await fetch(`${sidecar.admin}/readyz`)).status).toBe(200);

    const opened = sidecar.log.find((line) => line.includes('audit log opened')) ?? '{}';
    const { key } = JSON.parse(opened) as { readonly key?: string };
    const verified = spawnSync(
      process.execPath,
      [AUDIT, 'verify', '--live', '--key', key ?? '', sidecar.auditDir],
      {
        encoding: 'utf8',
      },
    );
    expect([verified.status, verified.stderr]).toEqual([0, '']);

    // Its log is all there behind its end.
    expect(await sidecar.stop()).toBe(0);
    await sidecar.logged('"msg":"stopped"');
    expect(faultsIn(sidecar.log)).toEqual([]);
  }, 1_200_000);
});
