import { sse } from './passing.ts';

/** Events of a stream of the Messages API. */
export function event(type: string, more: object = {}): string {
  return sse({ type, ...more }, type);
}

export const START = event('message_start', {
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  },
});

export function blockStart(index: unknown, content_block: unknown): string {
  return event('content_block_start', { index, content_block });
}

export function blockDelta(index: unknown, delta: unknown): string {
  return event('content_block_delta', { index, delta });
}

export function blockStop(index: unknown): string {
  return event('content_block_stop', { index });
}

export function delta(stop_reason: unknown = 'end_turn', usage: unknown = { output_tokens: 5 }): string {
  return event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage });
}

export const STOP = event('message_stop');

export function text(index: number, said: string): string {
  return (
    blockStart(index, { type: 'text', text: '' }) +
    blockDelta(index, { type: 'text_delta', text: said }) +
    blockStop(index)
  );
}
