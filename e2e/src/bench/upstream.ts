import { createServer, type ServerResponse } from 'node:http';

import { EVENTS_OF_STREAM as EVENTS, type Reply } from './cases.ts';
import { prose } from './prose.ts';

/** Between two events of a paced stream. Far longer than a proxy needs for one, so that each event is a read of its own. */
const PACE_MS = 2;
/** A slow stream is open for twelve seconds. Its pace leaves a sidecar with a thousand of them idle for most of the time, so that nothing waits. */
const SLOW_PACE_MS = 500;
const SLOW_EVENTS = 24;
const WORDS_OF_SLOW_EVENT = 8;
const BATCH = 20;
const ANSWER_LENGTH = 720;

function whole(content: string): Buffer {
  return Buffer.from(
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1,
      model: 'bench',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 200, completion_tokens: 180, total_tokens: 380 },
    }),
  );
}

function frame(delta: object, finish: string | null): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

/** The role, the text in so many events, the finish, the terminator. */
function events(seed: number, { count = EVENTS - 3, wordsEach = 1 } = {}): readonly string[] {
  const words = prose(seed, 8 * count * wordsEach).split(' ');
  return [
    frame({ role: 'assistant', content: '' }, null),
    ...Array.from({ length: count }, (_, at) =>
      frame({ content: `${words.slice(at * wordsEach, (at + 1) * wordsEach).join(' ') || 'and'} ` }, null),
    ),
    frame({}, 'stop'),
    'data: [DONE]\n\n',
  ];
}

function send(response: ServerResponse, writes: readonly string[], again: (next: () => void) => void): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let at = 0;
  const next = (): void => {
    const text = writes[at++];
    if (text === undefined) {
      response.end();
      return;
    }
    response.write(text);
    again(next);
  };
  next();
}

function batched(parts: readonly string[]): readonly string[] {
  return Array.from({ length: Math.ceil(parts.length / BATCH) }, (_, at) =>
    parts.slice(at * BATCH, (at + 1) * BATCH).join(''),
  );
}

const REPLIES: readonly Reply[] = ['paced', 'slow', 'batched'];

function replyOf(body: Buffer): Reply {
  return REPLIES.find((reply) => body.includes(`"bench-${reply}"`)) ?? 'whole';
}

let answered = 0;

/** The model server of the benchmark. Answers at once with text that it did not send before. Prints its port. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const seed = 1_000_000 + answered++;
    const reply = replyOf(Buffer.concat(chunks));
    switch (reply) {
      case 'whole': {
        const body = whole(prose(seed, ANSWER_LENGTH));
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
        response.end(body);
        return;
      }
      case 'paced':
        send(response, events(seed), (next) => setTimeout(next, PACE_MS));
        return;
      case 'slow':
        send(response, events(seed, { count: SLOW_EVENTS, wordsEach: WORDS_OF_SLOW_EVENT }), (next) =>
          setTimeout(next, SLOW_PACE_MS),
        );
        return;
      case 'batched':
        send(response, batched(events(seed)), (next) => setImmediate(next));
        return;
    }
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
