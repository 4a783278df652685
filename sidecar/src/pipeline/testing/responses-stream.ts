import { sse } from './passing.ts';

/** Events of a stream of the Responses API, and the request for it. */
export const PATH = '/v1/responses';

export const ASKED = { model: 'm', input: 'x', stream: true, tools: [{ type: 'function', name: 'f' }] };

export function event(type: string, more: object = {}): string {
  return sse({ type, sequence_number: 1, ...more }, type);
}

export function response(status: unknown, output: unknown = [], more: object = {}): object {
  return { id: 'r', object: 'response', created_at: 1, status, model: 'm', output, ...more };
}

export const CREATED = event('response.created', { response: response('in_progress') });

export function part(text: string): object {
  return { type: 'output_text', text, annotations: [] };
}

export function item(text: string | null, status = 'completed'): object {
  return { type: 'message', id: 'i', role: 'assistant', status, content: text === null ? [] : [part(text)] };
}

export function added(said: unknown, output_index: unknown = 0): string {
  return event('response.output_item.added', { output_index, item: said });
}

export function done(said: unknown, output_index: unknown = 0): string {
  return event('response.output_item.done', { output_index, item: said });
}

export function completed(output: unknown = [item('Hi')], more: object = {}): string {
  return event('response.completed', { response: response('completed', output, more) });
}

export function textDelta(delta: unknown, more: object = {}): string {
  return event('response.output_text.delta', {
    item_id: 'i',
    output_index: 0,
    content_index: 0,
    delta,
    ...more,
  });
}

export function message(text = 'Hi'): string {
  return added(item(null, 'in_progress')) + textDelta(text) + done(item(text));
}
