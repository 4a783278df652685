/** A reply that comes in pieces, in one dialect. */
export interface Stream {
  readonly name: string;
  readonly path: string;
  readonly body: unknown;
  readonly type: string;
  /** Text of the model server before it stalls. */
  readonly said: string;
  /** Form of an error in a stream of the dialect. */
  readonly error: RegExp;
}

const messages = [{ role: 'user', content: 'Hi' }];
/** Events without names. */
export function sse(...events: readonly unknown[]): string {
  return events.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('');
}
function named(type: string, rest: Readonly<Record<string, unknown>>): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...rest })}\n\n`;
}
export const SSE = 'text/event-stream';
const NDJSON = 'application/x-ndjson';

/** Chat completions. */
export const CHAT_STREAM: Stream = {
  name: 'chat completions',
  path: '/v1/chat/completions',
  body: { model: 'm', stream: true, messages },
  type: SSE,
  said: sse({
    id: 'c',
    choices: [{ index: 0, delta: { content: 'Hello there.\n\n' }, finish_reason: null }],
  }),
  error: /data: \{"error":.*shutting_down/,
};

/** One of each dialect, begun and not ended. */
export const STREAMS: readonly Stream[] = [
  CHAT_STREAM,
  {
    name: 'completions',
    path: '/v1/completions',
    body: { model: 'm', stream: true, prompt: 'Hi' },
    type: SSE,
    said: sse({ id: 'c', choices: [{ index: 0, text: 'Hello there.\n\n', finish_reason: null }] }),
    error: /data: \{"error":.*shutting_down/,
  },
  {
    name: 'responses',
    path: '/v1/responses',
    body: { model: 'm', stream: true, input: 'Hi', store: false },
    type: SSE,
    said: named('response.created', {
      response: { id: 'r', object: 'response', status: 'in_progress', output: [] },
    }),
    error:
      /"type":"(?:error|response\.failed)".*shutting_down|shutting_down.*"type":"(?:error|response\.failed)"/s,
  },
  {
    name: 'messages',
    path: '/v1/messages',
    body: { model: 'm', stream: true, max_tokens: 9, messages },
    type: SSE,
    said: named('message_start', {
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: { input_tokens: 1, output_tokens: 1 },
      },
    }),
    error: /event: error\ndata: \{"type":"error".*shutting_down/,
  },
  {
    name: 'Ollama chat',
    path: '/api/chat',
    body: { model: 'm', messages },
    type: NDJSON,
    said: '{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":"Hello.\\n\\n"},"done":false}\n',
    error: /\{"error":.*shutting_down/,
  },
  {
    name: 'Ollama generate',
    path: '/api/generate',
    body: { model: 'm', prompt: 'Hi' },
    type: NDJSON,
    said: '{"model":"m","created_at":"2026-01-01T00:00:00Z","response":"Hello.\\n\\n","done":false}\n',
    error: /\{"error":.*shutting_down/,
  },
  {
    name: 'Gemini',
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    type: SSE,
    said: sse({ candidates: [{ index: 0, content: { role: 'model', parts: [{ text: 'Hello.\n\n' }] } }] }),
    error: /"error":.*shutting_down/s,
  },
  {
    name: 'MCP',
    path: '/mcp',
    body: {
      jsonrpc: '2.0',
      id: 7,
      method: 'tools/call',
      params: { name: 'get_weather', arguments: { city: 'Oslo' } },
    },
    type: SSE,
    said: sse({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'on it' } }),
    error: /"id":7.*shutting_down|shutting_down.*"id":7/,
  },
];

/** The request, on a connection that ends with its reply. */
export function ask({ path, body }: Stream): string {
  const text = JSON.stringify(body);
  return (
    `POST ${path} HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n` +
    `Connection: close\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
  );
}
