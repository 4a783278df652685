import { Ollama, type Message } from 'ollama';

import type { Script } from '../../process/upstream.ts';
import { GO_ON, PLACE, pieces, spliced, TOOL, type Conversation, type Said } from './conversation.ts';

function server(said: Said): Script {
  return ({ body }, response) => {
    const line = (message: object, done: boolean): object => ({
      model: 'm',
      created_at: '2026-01-01T00:00:00Z',
      message: { role: 'assistant', content: '', ...message },
      done,
      ...(done ? { done_reason: 'stop' } : {}),
    });
    const isStream = !body.includes('"stream":false');
    const call = { tool_calls: [{ function: { name: TOOL, arguments: PLACE } }] };
    const messages =
      said.kind === 'call'
        ? [call]
        : (isStream ? pieces(said.text) : [said.text]).map((content) => ({ content }));
    response.writeHead(200, { 'content-type': isStream ? 'application/x-ndjson' : 'application/json' });
    const lines = messages.map((message) => spliced(line(message, !isStream), said.text));
    response.end(isStream ? [...lines, JSON.stringify(line({}, true)), ''].join('\n') : lines[0]);
  };
}

export const OLLAMA: Conversation = {
  name: 'ollama',
  server,
  begin: async (origin, { stream, asJson, text = GO_ON }) => {
    const client = new Ollama({ host: origin });
    const asked: Message[] = [{ role: 'user', content: text }];
    const parameters = { type: 'object', properties: {} };
    const tools = [{ type: 'function', function: { name: TOOL, description: 'Sends.', parameters } }];
    const turn = async (messages: Message[]): Promise<Message> => {
      const request = { model: 'm', messages, tools, ...(asJson ? { format: { type: 'object' } } : {}) };
      if (!stream) return (await client.chat(request)).message;
      const message: Message = { role: 'assistant', content: '' };
      for await (const chunk of await client.chat({ ...request, stream: true })) {
        message.content += chunk.message.content;
        if (chunk.message.tool_calls !== undefined)
          message.tool_calls = [...(message.tool_calls ?? []), ...chunk.message.tool_calls];
      }
      return message;
    };
    const message = await turn(asked);
    const calls = message.tool_calls ?? [];
    const results = calls.map(() => ({ role: 'tool', tool_name: TOOL, content: 'sent' }));
    return {
      text: message.content,
      calls: calls.map((call) => call.function.arguments),
      goOn: async () => {
        const next = results.length > 0 ? results : [{ role: 'user', content: 'And then?' }];
        return (await turn([...asked, message, ...next])).content;
      },
    };
  },
};
