import type { Refusal } from '../../exchange/index.ts';
import type { Frame, StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import {
  END,
  MESSAGE,
  TEXT,
  added,
  delta,
  event,
  itemDone,
  reader,
  response,
} from '../testing/openai-responses.ts';

const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

describe('finish', () => {
  const types = (wire: string): readonly string[] =>
    [...wire.matchAll(/^event: (.+)$/gm)].map(([, type]) => type ?? '');
  const numbers = (wire: string): readonly number[] =>
    [...wire.matchAll(/"sequence_number":(\d+)/g)].map(([, digits]) => Number(digits));
  const pass = (own: StreamReader, ...frames: readonly Frame[]): StreamReader => {
    for (const frame of frames) {
      own.read(frame);
      own.released(frame);
    }
    return own;
  };

  const SAID = [
    'response.output_item.added',
    'response.content_part.added',
    'response.refusal.delta',
    'response.refusal.done',
    'response.content_part.done',
    'response.output_item.done',
    'response.incomplete',
  ];
  const last = (wire: string): JsonObject =>
    JSON.parse(/data: (.+)\n\n$/.exec(wire)?.[1] ?? 'null') as JsonObject;

  it('creates and ends a response of which nothing was sent', () => {
    const own = reader();
    own.read(response('created'));
    const wire = own.finish(REFUSAL);
    expect(types(wire)).toEqual(['response.created', ...SAID]);
    expect(numbers(wire)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(wire).toContain('"incomplete_details":{"reason":"content_filter"}');
    expect(wire).toContain('"id":"resp_1","created_at":5,"model":"m-1"');
    expect(reader().finish(REFUSAL)).toContain('"id":"resp_d1","created_at":0,"model":"m-0"');
  });

  it('closes open items, keeps released ones, and continues the numbering', () => {
    const own = pass(
      reader(),
      response('created'),
      added({ id: 'rs_1', type: 'reasoning', summary: [] }),
      event('response.reasoning_summary_part.added', {
        output_index: 0,
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      }),
      delta('response.reasoning_summary_text', 'hm', { summary_index: 0 }),
      added(MESSAGE, 1),
      event('response.content_part.added', {
        output_index: 1,
        content_index: 0,
        part: { type: 'output_text', text: '', annotations: [] },
      }),
      delta(TEXT, 'a', { output_index: 1 }),
      delta(TEXT, 'b', { output_index: 1, sequence_number: 7 }),
    );
    own.read(added({ ...MESSAGE, id: 'msg_2' }, 2));
    const wire = own.finish(REFUSAL);
    expect(types(wire)).toEqual(['response.output_item.done', 'response.output_item.done', ...SAID]);
    expect(numbers(wire)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(last(wire)).toMatchObject({
      response: {
        status: 'incomplete',
        output: [
          { id: 'rs_1', status: 'incomplete', summary: [{ type: 'summary_text', text: 'hm' }] },
          {
            id: 'msg_1',
            status: 'incomplete',
            content: [{ type: 'output_text', text: 'ab', annotations: [] }],
          },
          { id: 'msg_d1', content: [{ type: 'refusal' }] },
        ],
      },
    });
    expect(wire).toContain('"output_index":2');
    expect(wire).not.toContain('msg_2');
  });

  it.each([
    ['nothing where the server has counted nothing', {}, 0, 0],
    ['what the server had counted', { usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 } }, 7, 2],
  ])('has a usage: %s', (_what, more, input, output) => {
    const own = pass(reader(), response('created', [], more));
    expect(last(own.finish(REFUSAL))).toMatchObject({
      response: {
        usage: {
          input_tokens: input,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: output,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: input + output,
        },
      },
    });
  });

  it('repeats released text as sent', () => {
    const own = reader();
    for (const [frame, sent] of [
      [added(MESSAGE), added(MESSAGE)],
      [
        event('response.content_part.added', { output_index: 0, part: { type: 'output_text', text: '' } }),
        event('response.content_part.added', { output_index: 0, part: { type: 'output_text', text: '' } }),
      ],
      [delta(TEXT, 'bob@x.example'), delta(TEXT, '[EMAIL]')],
    ] as const) {
      own.read(frame);
      own.released(sent);
    }
    const wire = own.finish(REFUSAL);
    expect(wire).toContain('"text":"[EMAIL]"');
    expect(wire).not.toContain('bob');
  });

  it('keeps items that are complete as they are', () => {
    const item = { ...MESSAGE, status: 'completed', content: [{ type: 'output_text', text: 'a' }] };
    const own = pass(reader(), added(MESSAGE), itemDone(item));
    expect(last(own.finish(REFUSAL))).toMatchObject({ response: { output: [item, { id: 'msg_d1' }] } });
  });

  it('emits nothing after the end', () => {
    expect(pass(reader(), END).finish(REFUSAL)).toBe('');
    expect(pass(reader(), event('error', { message: 'x' })).finish(REFUSAL)).toBe('');
  });
});
