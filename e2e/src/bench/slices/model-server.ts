import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Characters of text in each event of a stream. */
const EVENT_CHARS = 64;
const EVENTS_A_WRITE = 256;

const SHORT = 'The quay was quiet when the barrels of salt were counted.';

/** The model server of this benchmark. No two of its long replies are the same: what was judged before is not judged again. */
export interface ModelServer {
  readonly port: number;
  /** What it says to requests of the model `long-whole` or `long-streamed`; something short to others. */
  says(text: string): void;
  stop(): Promise<void>;
}

function whole(content: string): Buffer {
  const message = { role: 'assistant', content };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  return Buffer.from(
    JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion', created: 1, model: 'bench', choices }),
  );
}

function event(delta: object, finish_reason: string | null): string {
  const choices = [{ index: 0, delta, finish_reason }];
  return `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'bench', choices })}\n\n`;
}

function* writesOf(text: string): Generator<string, undefined> {
  let events: string[] = [event({ role: 'assistant', content: '' }, null)];
  for (let at = 0; at < text.length; at += EVENT_CHARS) {
    events.push(event({ content: text.slice(at, at + EVENT_CHARS) }, null));
    if (events.length < EVENTS_A_WRITE) continue;
    yield events.join('');
    events = [];
  }
  yield [...events, event({}, 'stop'), 'data: [DONE]\n\n'].join('');
}

export async function startModelServer(): Promise<ModelServer> {
  let text = '';
  let answered = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = Buffer.concat(chunks);
      if (asked.subarray(0, 256).includes('"long-streamed"')) {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const writes = writesOf(`${answered++} ${text}`);
        const next = (): void => {
          for (;;) {
            const { done, value } = writes.next();
            if (done === true) response.end();
            else if (response.write(value)) continue;
            else response.once('drain', next);
            return;
          }
        };
        next();
        return;
      }
      const body = whole(asked.subarray(0, 256).includes('"long-whole"') ? `${answered++} ${text}` : SHORT);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
      response.end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    says(next) {
      text = next;
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
