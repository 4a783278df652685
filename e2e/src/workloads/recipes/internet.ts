import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';

import { nextCall, type ToolCall } from './habits.ts';

/**
 * Stands in for api.anthropic.com, whose model obeys everything it reads, and for github.com, by TLS with the certificate in `/tls`.
 * Prints a line for each request.
 */
interface Block {
  readonly type: string;
  readonly name?: string;
  readonly input?: ToolCall['arguments'];
  readonly content?: unknown;
}

interface MessagesRequest {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string | readonly Block[] }[];
  readonly tools?: readonly { readonly name: string }[];
}

function reply({ model, messages, tools = [] }: MessagesRequest): object {
  const blocks = messages.flatMap(({ content }) => (typeof content === 'string' ? [] : content));
  const made = blocks
    .filter(({ type }) => type === 'tool_use')
    .map(({ name = '', input = {} }): ToolCall => ({ name, arguments: input }));
  const texts = messages
    .filter(({ role }) => role === 'user')
    .flatMap(({ content }) =>
      typeof content === 'string' ? [content] : content.map((block) => String(block.content)),
    );
  const call = nextCall(
    texts,
    tools.map(({ name }) => name),
    made,
  );
  const content =
    call === null
      ? { type: 'text', text: `Done, with ${tools.length} tools.` }
      : { type: 'tool_use', id: `toolu_${made.length + 1}`, name: call.name, input: call.arguments };
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model, content: [content] },
    ...{ stop_reason: call === null ? 'end_turn' : 'tool_use', stop_sequence: null },
    usage: { input_tokens: 8, output_tokens: 8 },
  };
}

const tls = { cert: readFileSync('/tls/tls.crt'), key: readFileSync('/tls/tls.key') };
createServer(tls, (request, response) => {
  console.log(`${request.headers.host ?? ''} ${request.method ?? ''} ${request.url ?? ''}`);
  text(request).then(
    (body) => {
      if (request.url?.startsWith('/v1/messages') !== true) {
        response.end('export const sum = (a, b) => a - b;\n');
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(reply(JSON.parse(body) as MessagesRequest)));
    },
    () => response.destroy(),
  );
}).listen(8443, '0.0.0.0');
process.on('SIGTERM', () => process.exit(0));
