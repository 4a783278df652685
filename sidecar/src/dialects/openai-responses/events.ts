import type { Channel } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** A kind of running text: `STEM.delta` carries its pieces, `STEM.done` repeats the whole under `field`. */
export interface TextKind {
  readonly channel: Channel;
  readonly field: string;
  /** Key of the text within the response. */
  readonly key: (event: Place) => string;
}

/** Where in `output` an event belongs. @throws Malformed */
export function outputIndex(event: Place): number {
  return requiredCount(event, 'output_index');
}

export function outputKey(index: number): string {
  return `output/${index}`;
}

const inPart =
  (below: string) =>
  (event: Place): string =>
    `${outputKey(outputIndex(event))}/content/${requiredCount(event, 'content_index')}${below}`;
const inItem =
  (below: string) =>
  (event: Place): string =>
    `${outputKey(outputIndex(event))}/${below}`;

export const TEXTS: ReadonlyMap<string, TextKind> = new Map([
  ['response.output_text', { channel: 'content', field: 'text', key: inPart('') }],
  ['response.refusal', { channel: 'refusal', field: 'refusal', key: inPart('/refusal') }],
  ['response.reasoning_text', { channel: 'reasoning', field: 'text', key: inPart('/reasoning') }],
  [
    'response.reasoning_summary_text',
    {
      channel: 'reasoning',
      field: 'text',
      key: (event: Place) =>
        `${outputKey(outputIndex(event))}/summary/${requiredCount(event, 'summary_index')}`,
    },
  ],
  ['response.code_interpreter_call_code', { channel: 'tool_arguments', field: 'code', key: inItem('code') }],
  ['response.custom_tool_call_input', { channel: 'tool_arguments', field: 'input', key: inItem('input') }],
  ['response.audio.transcript', { channel: 'content', field: 'transcript', key: () => 'transcript' }],
]);

/** Arguments of calls, in pieces. */
export const ARGUMENTS: ReadonlySet<string> = new Set([
  'response.function_call_arguments',
  'response.mcp_call_arguments',
]);

/** Events that carry a whole response object. */
export const RESPONSES: ReadonlySet<string> = new Set([
  'response.created',
  'response.queued',
  'response.in_progress',
  'response.completed',
  'response.incomplete',
  'response.failed',
]);
export const TERMINAL: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
]);

/** Events that carry a part, still empty or complete. */
export const PARTS: ReadonlySet<string> = new Set(
  ['content_part', 'reasoning_summary_part'].flatMap((part) => [
    `response.${part}.added`,
    `response.${part}.done`,
  ]),
);

/** Events that say how far something is, and no more. What they carry all the same is swept up. */
export const PROGRESS: ReadonlySet<string> = new Set([
  'keepalive',
  'response.audio.done',
  ...['in_progress', 'searching', 'completed'].flatMap((state) => [
    `response.web_search_call.${state}`,
    `response.file_search_call.${state}`,
  ]),
  ...['in_progress', 'interpreting', 'completed'].map((state) => `response.code_interpreter_call.${state}`),
  ...['in_progress', 'generating', 'completed'].map((state) => `response.image_generation_call.${state}`),
  ...['in_progress', 'completed', 'failed'].flatMap((state) => [
    `response.mcp_call.${state}`,
    `response.mcp_list_tools.${state}`,
  ]),
]);

/** Events that carry sound or pictures, and where. */
export const MEDIA: ReadonlyMap<string, string> = new Map([
  ['response.audio.delta', 'delta'],
  ['response.image_generation_call.partial_image', 'partial_image_b64'],
]);

function requiredCount(event: Place, key: string): number {
  const count = event.count(key);
  if (count === null) throw event.malformed(key, 'a whole number is required');
  return count;
}
