import type { ServerResponse } from 'node:http';

import { json, sse } from '../../process/upstream.ts';
import { textOf, TOOL, type Turn } from './turn.ts';

interface Event {
  readonly type: string;
  readonly [member: string]: unknown;
}

const MESSAGE = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', stop_sequence: null };

/** A turn as a message of Anthropic's API. */
export function messages(turn: Turn, response: ServerResponse): void {
  const blocks = blocksOf(turn);
  const stop_reason = turn.calls.length > 0 ? 'tool_use' : 'end_turn';
  if (!turn.stream) {
    const usage = { input_tokens: 9, output_tokens: 5 };
    json(response, { ...MESSAGE, content: blocks, stop_reason, usage });
    return;
  }
  const usage = { input_tokens: 9, output_tokens: 1 };
  const events: readonly Event[] = [
    { type: 'message_start', message: { ...MESSAGE, content: [], stop_reason: null, usage } },
    ...blocks.flatMap((block, index) => eventsOf(turn, block, index)),
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: 5 } },
    { type: 'message_stop' },
  ];
  sse(
    response,
    events.map((data) => ({ event: data.type, data })),
  );
}

function blocksOf(turn: Turn): readonly object[] {
  if (turn.calls.length === 0) return [{ type: 'text', text: textOf(turn) }];
  return turn.calls.map((input, index) => ({
    type: 'tool_use',
    id: `toolu_${index + 1}`,
    name: TOOL,
    input,
  }));
}

function eventsOf(turn: Turn, block: object, index: number): readonly Event[] {
  const args = turn.calls[index];
  const text = JSON.stringify(args ?? {});
  const deltas =
    args === undefined
      ? turn.pieces.map((piece) => ({ type: 'text_delta', text: piece }))
      : ['', text.slice(0, 8), text.slice(8)].map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        }));
  const empty = args === undefined ? { text: '' } : { input: {} };
  return [
    { type: 'content_block_start', index, content_block: { ...block, ...empty } },
    { type: 'ping' },
    ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}
