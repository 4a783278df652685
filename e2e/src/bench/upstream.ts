import { createServer } from 'node:http';

/** One kilobyte of ordinary prose as a chat completion. */
const SENTENCE =
  'The harbour master wrote down every ship that came in that night and what it carried home. ';
const CONTENT = SENTENCE.repeat(8).trim();
const REPLY = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [{ index: 0, message: { role: 'assistant', content: CONTENT }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 200, completion_tokens: 180, total_tokens: 380 },
  }),
);

const WORDS = CONTENT.split(' ');
function frame(delta: object, finish: string | null): string {
  return `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'bench', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
}

/** A stream of 200 events: the role, 197 words, the finish, the terminator. */
const EVENTS: readonly Buffer[] = [
  frame({ role: 'assistant', content: '' }, null),
  ...Array.from({ length: 197 }, (_, at) => frame({ content: `${WORDS[at % WORDS.length] ?? ''} ` }, null)),
  frame({}, 'stop'),
  'data: [DONE]\n\n',
].map((text) => Buffer.from(text));

/** The model server of the benchmark: answers at once, so that all that is measured is the way. Prints its port. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (!Buffer.concat(chunks).includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': REPLY.length });
      response.end(REPLY);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let at = 0;
    const next = (): void => {
      const event = EVENTS[at++];
      if (event === undefined) {
        response.end();
        return;
      }
      response.write(event);
      setImmediate(next);
    };
    next();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('disconnect', () => process.exit(0));
