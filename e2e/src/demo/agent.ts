import { appendFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { parseArgs } from 'node:util';

import { retrieve } from './knowledge.ts';
import { obey, type Answer } from './gullible-model.ts';

/**
 * The model container of the demo: an OpenAI-compatible server with retrieval and tools. Its own model obeys everything it reads; with
 * `--upstream` a real server answers instead, given the retrieved text. Received requests are written to the file in `DEMO_SEEN`.
 */
const { values } = parseArgs({
  options: {
    host: { type: 'string', default: '0.0.0.0' },
    port: { type: 'string', default: '8000' },
    upstream: { type: 'string' },
    model: { type: 'string', default: 'demo-agent' },
  },
});

interface Message {
  readonly role: string;
  readonly content?: unknown;
}

async function answer(messages: readonly Message[]): Promise<Answer> {
  const texts = messages.map((message) =>
    typeof message.content === 'string' ? message.content : JSON.stringify(message.content ?? ''),
  );
  if (values.upstream === undefined) return obey(texts);
  const context = retrieve(texts.join('\n'));
  const grounded =
    context === null
      ? messages
      : [...messages, { role: 'user', content: `Context that was retrieved:\n${context}` }];
  const reply = await fetch(chatUrl(values.upstream), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${process.env['OPENAI_API_KEY'] ?? 'none'}`,
    },
    body: JSON.stringify({ model: values.model, messages: grounded }),
  });
  if (!reply.ok) {
    const said = (await reply.text()).replace(/\s+/g, ' ').slice(0, 300);
    throw new Error(
      `${values.upstream} answered ${reply.status} (a key is read from OPENAI_API_KEY): ${said}`,
    );
  }
  const body = (await reply.json()) as { choices?: { message?: { content?: string | null } }[] };
  return { content: body.choices?.[0]?.message?.content ?? '', call: null };
}

/** Base URLs end with the version or before it. */
function chatUrl(base: string): string {
  const plain = base.replace(/\/+$/, '');
  return `${plain}${/\/v\d+$/.test(plain) ? '' : '/v1'}/chat/completions`;
}

const server = createServer((request, response) => {
  if (request.method !== 'POST') {
    const path = request.url?.split('?', 1)[0] ?? '';
    if (['/', '/health'].includes(path)) send(response, 200, { status: 'ok' });
    else refuse(response, 404, 'There is only POST /v1/chat/completions here.');
    return;
  }
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chatIn(Buffer.concat(chunks).toString());
    if (body === null) {
      refuse(response, 400, 'Expected a chat completion: a JSON object with messages.');
      return;
    }
    const seen = process.env['DEMO_SEEN'];
    if (seen !== undefined) appendFileSync(seen, `${JSON.stringify(body.messages)}\n`);
    answer(body.messages).then(
      (given) => (body.stream === true ? stream(response, given) : send(response, 200, completion(given))),
      (error: unknown) => refuse(response, 502, reasonOf(error)),
    );
  });
});
server.listen(Number(values.port), values.host);

interface Chat {
  readonly messages: readonly Message[];
  readonly stream?: boolean;
}

/** Null: it is none. */
function chatIn(text: string): Chat | null {
  try {
    const body = JSON.parse(text) as Partial<Chat> | null;
    return Array.isArray(body?.messages) ? (body as Chat) : null;
  } catch {
    return null;
  }
}

/** `fetch failed` alone tells nothing; its cause names the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const type = status < 500 ? 'invalid_request_error' : 'server_error';
  send(response, status, { error: { message, type, param: null, code: null } });
}

function toolCalls({ call }: Answer): object {
  return call === null ? {} : { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: call }] };
}

function completion(given: Answer): object {
  return {
    ...envelope('chat.completion'),
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: given.content, ...toolCalls(given) },
        finish_reason: given.call === null ? 'stop' : 'tool_calls',
      },
    ],
    usage: {
      prompt_tokens: 1,
      completion_tokens: given.content.length,
      total_tokens: given.content.length + 1,
    },
  };
}

/** Word by word, as models do. */
function stream(response: ServerResponse, given: Answer): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const chunk = (delta: object, finish: string | null): void => {
    response.write(
      `data: ${JSON.stringify({ ...envelope('chat.completion.chunk'), choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  };
  for (const word of given.content.split(/(?<= )/)) chunk({ content: word }, null);
  if (given.call !== null) chunk(toolCalls(given), null);
  chunk({}, given.call === null ? 'stop' : 'tool_calls');
  response.end('data: [DONE]\n\n');
}

function envelope(object: string): object {
  return { id: 'chatcmpl-demo', object, created: Math.floor(Date.now() / 1000), model: values.model };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
