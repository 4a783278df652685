import type { ServerResponse } from 'node:http';

import { json, sse } from '../../process/upstream.ts';
import { textOf, TOOL, type Turn } from './turn.ts';

interface Event {
  readonly type: string;
  readonly [member: string]: unknown;
}

interface Item {
  readonly id: string;
  readonly [member: string]: unknown;
}

/** A turn as a reply of the Responses API. */
export function responses(turn: Turn, response: ServerResponse): void {
  const items = itemsOf(turn);
  const done = responseOf(items);
  if (!turn.stream) {
    json(response, done);
    return;
  }
  const started = { ...done, status: 'in_progress', output: [], usage: null };
  const events: readonly Event[] = [
    { type: 'response.created', response: started },
    { type: 'response.in_progress', response: started },
    ...items.flatMap((item, index) => eventsOf(turn, item, index)),
    { type: 'response.completed', response: done },
  ];
  sse(
    response,
    events.map((event, sequence_number) => ({ event: event.type, data: { ...event, sequence_number } })),
  );
}

function itemsOf(turn: Turn): readonly Item[] {
  return [...thoughtOf(turn), ...outputOf(turn)];
}

function thoughtOf({ thought, calls }: Turn): readonly Item[] {
  if (thought === undefined) return [];
  const { summary, sealed } = thought;
  const id = calls.length > 0 ? 'rs_1' : 'rs_2';
  const seal = sealed === null ? {} : { encrypted_content: sealed };
  return [{ type: 'reasoning', id, summary: [{ type: 'summary_text', text: summary }], ...seal }];
}

function outputOf(turn: Turn): readonly Item[] {
  if (turn.calls.length === 0)
    return [
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: textOf(turn), annotations: [], logprobs: [] }],
      },
    ];
  return turn.calls.map((args, index) => ({
    type: 'function_call',
    id: `fc_${index + 1}`,
    call_id: `call_${index + 1}`,
    name: TOOL,
    arguments: JSON.stringify(args),
    status: 'completed',
  }));
}

function responseOf(output: readonly Item[]): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm',
    output,
    error: null,
    incomplete_details: null,
    parallel_tool_calls: true,
    usage: {
      input_tokens: 9,
      output_tokens: 5,
      total_tokens: 14,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 0 },
    },
  };
}

function eventsOf(turn: Turn, item: Item, output_index: number): readonly Event[] {
  if (item['type'] === 'reasoning') return thoughtEvents(turn, item, output_index);
  const at = { item_id: item.id, output_index };
  const isCall = turn.calls.length > 0;
  const begun = { ...item, status: 'in_progress', ...(isCall ? { arguments: '' } : { content: [] }) };
  return [
    { type: 'response.output_item.added', output_index, item: begun },
    ...(isCall ? callEvents(item['arguments'] as string, at) : textEvents(turn, at)),
    { type: 'response.output_item.done', output_index, item },
  ];
}

function thoughtEvents({ thought }: Turn, item: Item, output_index: number): readonly Event[] {
  const at = { item_id: item.id, output_index, summary_index: 0 };
  const text = thought?.summary ?? '';
  return [
    { type: 'response.output_item.added', output_index, item: { ...item, summary: [] } },
    { type: 'response.reasoning_summary_part.added', ...at, part: { type: 'summary_text', text: '' } },
    { type: 'response.reasoning_summary_text.delta', ...at, delta: text.slice(0, 5) },
    { type: 'response.reasoning_summary_text.delta', ...at, delta: text.slice(5) },
    { type: 'response.reasoning_summary_text.done', ...at, text },
    { type: 'response.reasoning_summary_part.done', ...at, part: { type: 'summary_text', text } },
    { type: 'response.output_item.done', output_index, item },
  ];
}

function callEvents(text: string, at: object): readonly Event[] {
  return [
    ...[text.slice(0, 4), text.slice(4, 9), text.slice(9)].map((delta) => ({
      type: 'response.function_call_arguments.delta',
      ...at,
      delta,
    })),
    { type: 'response.function_call_arguments.done', ...at, name: TOOL, arguments: text },
  ];
}

function textEvents(turn: Turn, item: object): readonly Event[] {
  const at = { ...item, content_index: 0 };
  const part = { type: 'output_text', text: textOf(turn), annotations: [], logprobs: [] };
  return [
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...turn.pieces.map((delta) => ({ type: 'response.output_text.delta', ...at, delta, logprobs: [] })),
    { type: 'response.output_text.done', ...at, text: part.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
  ];
}
