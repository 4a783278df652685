import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a text is answered: a status with a body, or not at all. */
export type Scripted = { readonly status: number; readonly body: string } | 'hang';

/** An answer of Text Embeddings Inference. */
export function predicted(score: number): Scripted {
  const body = JSON.stringify([
    { score, label: 'INJECTION' },
    { score: 1 - score, label: 'SAFE' },
  ]);
  return { status: 200, body };
}

/** A server in this process that answers as a test scripts it, and keeps what it is asked. */
export class ScriptedClassifier {
  readonly asked: { readonly text: string; readonly headers: IncomingHttpHeaders }[] = [];
  /** Default: everything is harmless. */
  answer: (text: string) => Scripted = () => predicted(0);
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => {
        const { inputs } = JSON.parse(Buffer.concat(chunks).toString()) as { readonly inputs: string };
        this.asked.push({ text: inputs, headers: request.headers });
        const answer = this.answer(inputs);
        if (answer === 'hang') return;
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      });
    });
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/predict`;
  }

  /** What it was asked about, in the order of the alphabet. */
  get texts(): readonly string[] {
    return this.asked.map(({ text }) => text).sort();
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
