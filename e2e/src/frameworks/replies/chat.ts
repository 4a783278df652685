import type { ServerResponse } from 'node:http';

import { json, sse } from '../../process/upstream.ts';
import { textOf, TOOL, type Turn } from './turn.ts';

const BASE = { id: 'chatcmpl-1', created: 1, model: 'm' };
const USAGE = { prompt_tokens: 9, completion_tokens: 5, total_tokens: 14 };

/** A turn as a chat completion. */
export function chat(turn: Turn, response: ServerResponse): void {
  if (turn.stream) streamed(turn, response);
  else whole(turn, response);
}

function callsOf({
  calls,
}: Turn): { id: string; type: string; function: { name: string; arguments: string } }[] {
  return calls.map((args, index) => ({
    id: `call_${index + 1}`,
    type: 'function',
    function: { name: TOOL, arguments: JSON.stringify(args) },
  }));
}

function finishOf({ calls }: Turn): string {
  return calls.length > 0 ? 'tool_calls' : 'stop';
}

function whole(turn: Turn, response: ServerResponse): void {
  const said =
    turn.calls.length > 0 ? { content: null, tool_calls: callsOf(turn) } : { content: textOf(turn) };
  const message = { role: 'assistant', ...said };
  json(response, {
    ...BASE,
    object: 'chat.completion',
    choices: [{ index: 0, message, finish_reason: finishOf(turn) }],
    usage: USAGE,
  });
}

function streamed(turn: Turn, response: ServerResponse): void {
  const chunk = (delta: object, finish_reason: string | null = null): { data: object } => ({
    data: { ...BASE, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }] },
  });
  const calls = callsOf(turn).flatMap((call, index) => {
    const { name, arguments: text } = call.function;
    const begin = { index, ...call, function: { name, arguments: '' } };
    return [
      chunk({ ...(index === 0 ? { role: 'assistant', content: null } : {}), tool_calls: [begin] }),
      ...[text.slice(0, 4), text.slice(4, 9), text.slice(9)].map((piece) =>
        chunk({ tool_calls: [{ index, function: { arguments: piece } }] }),
      ),
    ];
  });
  const words = turn.pieces.map((content, i) =>
    chunk(i === 0 ? { role: 'assistant', content } : { content }),
  );
  sse(response, [
    ...(calls.length > 0 ? calls : words),
    chunk({}, finishOf(turn)),
    { data: { ...BASE, object: 'chat.completion.chunk', choices: [], usage: USAGE } },
    '[DONE]',
  ]);
}
