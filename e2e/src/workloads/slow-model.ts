import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

/** A slow model: a stream of `--words` words, one every `--pause` milliseconds. Lets open streams finish on SIGTERM. */
const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '0.0.0.0' },
    port: { type: 'string', default: '8000' },
    words: { type: 'string', default: '40' },
    pause: { type: 'string', default: '200' },
  },
});

function frame(delta: object, finish: string | null): string {
  return `data: ${JSON.stringify({
    id: 'chatcmpl-slow',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'slow',
    choices: [{ index: 0, delta, finish_reason: finish }],
  })}\n\n`;
}

const server = createServer((request, response) => {
  text(request).then(
    async () => {
      if (request.url === '/health') {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
        return;
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (let word = 1; word <= Number(values.words) && !response.destroyed; word += 1) {
        response.write(frame({ content: `word${word} ` }, null));
        await new Promise((resolve) => setTimeout(resolve, Number(values.pause)));
      }
      response.write(frame({}, 'stop'));
      response.end('data: [DONE]\n\n');
    },
    () => response.destroy(),
  );
});
server.listen(Number(values.port), values.host);
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
