import type { Frame, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { openaiResponses } from '../openai-responses/index.ts';

/** Events of a stream of responses, and their reader. */
const PROMPT = openaiResponses.prompt(
  { input: 'a', model: 'm-0' },
  { model: null, stream: null, framing: 'sse' },
);

export function reader(): StreamReader {
  return openaiResponses.stream(PROMPT, { model: null, stream: null, framing: 'sse' });
}

export function event(type: string, members: JsonObject = {}): Frame {
  return {
    event: type,
    data: JSON.stringify({ type, sequence_number: 0, ...members }),
  };
}

export function response(type: string, output: readonly JsonObject[] = [], more: JsonObject = {}): Frame {
  return event(`response.${type}`, {
    response: { id: 'resp_1', object: 'response', created_at: 5, model: 'm-1', output, ...more },
  });
}

export function added(item: JsonObject, output_index = 0): Frame {
  return event('response.output_item.added', { output_index, item });
}

export function itemDone(item: JsonObject, output_index = 0): Frame {
  return event('response.output_item.done', { output_index, item });
}

export function delta(stem: string, text: string, more: JsonObject = {}): Frame {
  return event(`${stem}.delta`, { output_index: 0, content_index: 0, delta: text, ...more });
}

export function done(stem: string, more: JsonObject): Frame {
  return event(`${stem}.done`, { output_index: 0, content_index: 0, ...more });
}

export const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'in_progress',
  content: [],
};
export const SHELL = {
  id: 'sh_1',
  type: 'shell_call',
  call_id: 'c_1',
  action: { commands: [] },
  status: 'in_progress',
};
export const CALL = { id: 'fc_1', type: 'function_call', call_id: 'c_1', name: 'f', arguments: '' };
export const TEXT = 'response.output_text';
export const ARGUMENTS = 'response.function_call_arguments';
export const END = response('completed', [], { status: 'completed' });

/** A stream with reasoning, a message and a call. */
export const FULL: readonly Frame[] = [
  response('created'),
  response('in_progress'),
  added({ id: 'rs_1', type: 'reasoning', summary: [] }),
  event('response.reasoning_summary_part.added', {
    output_index: 0,
    summary_index: 0,
    part: { type: 'summary_text', text: '' },
  }),
  delta('response.reasoning_summary_text', 'thi', { summary_index: 0 }),
  delta('response.reasoning_summary_text', 'nk', { summary_index: 0 }),
  event('response.reasoning_summary_text.done', { output_index: 0, summary_index: 0, text: 'think' }),
  event('response.reasoning_summary_part.done', {
    output_index: 0,
    summary_index: 0,
    part: { type: 'summary_text', text: 'think' },
  }),
  itemDone({ id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'think' }] }),
  added(MESSAGE, 1),
  event('response.content_part.added', {
    output_index: 1,
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [], logprobs: [] },
  }),
  delta(TEXT, 'he', { output_index: 1, logprobs: [{ token: 'he' }] }),
  delta(TEXT, 'llo', { output_index: 1 }),
  event('response.output_text.annotation.added', {
    output_index: 1,
    annotation: { type: 'url_citation', url: 'https://x.example/' },
  }),
  event(`${TEXT}.done`, { output_index: 1, content_index: 0, text: 'hello', logprobs: [] }),
  event('response.content_part.done', {
    output_index: 1,
    content_index: 0,
    part: { type: 'output_text', text: 'hello', annotations: [] },
  }),
  itemDone({ ...MESSAGE, content: [{ type: 'output_text', text: 'hello', annotations: [] }] }, 1),
  added(CALL, 2),
  delta(ARGUMENTS, '{"to":', { output_index: 2 }),
  delta(ARGUMENTS, '"bob"}', { output_index: 2 }),
  event(`${ARGUMENTS}.done`, { output_index: 2, name: 'f', arguments: '{"to":"bob"}' }),
  itemDone({ ...CALL, arguments: '{"to":"bob"}' }, 2),
  response(
    'completed',
    [
      { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'think' }] },
      { ...MESSAGE, content: [{ type: 'output_text', text: 'hello', annotations: [] }] },
      { ...CALL, arguments: '{"to":"bob"}' },
    ],
    { status: 'completed', usage: { input_tokens: 1, output_tokens: 2 } },
  ),
];
