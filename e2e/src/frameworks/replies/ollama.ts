import type { ServerResponse } from 'node:http';

import { json } from '../../process/upstream.ts';
import { textOf, TOOL, type Turn } from './turn.ts';

/** A turn as a reply of Ollama's chat API. */
export function ollama(turn: Turn, response: ServerResponse): void {
  const calls = turn.calls.map((args) => ({ tool_calls: [{ function: { name: TOOL, arguments: args } }] }));
  if (!turn.stream) {
    const tool_calls = calls.flatMap((call) => call.tool_calls);
    json(response, line(tool_calls.length > 0 ? { tool_calls } : { content: textOf(turn) }, true));
    return;
  }
  const said = calls.length > 0 ? calls : turn.pieces.map((content) => ({ content }));
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(
    [...said.map((message) => line(message, false)), line({}, true)]
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(''),
  );
}

function line(message: object, done: boolean): object {
  return {
    model: 'm',
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: '', ...message },
    done,
    ...(done ? { done_reason: 'stop', prompt_eval_count: 9, eval_count: 5 } : {}),
  };
}
