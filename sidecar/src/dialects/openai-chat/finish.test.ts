import type { Refusal } from '../../exchange/index.ts';
import type { StreamReader } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { MATCH, chunk, frame, reader, stop, type Chunk } from '../testing/openai-chat.ts';
import { openaiChat } from './index.ts';

const REFUSAL: Refusal = { code: 'sensitive_output', decision: 'd1', detail: null, retryAfterSeconds: null };

describe('finish', () => {
  const finished = (prepare: (own: StreamReader) => void): readonly Chunk[] => {
    const own = reader();
    prepare(own);
    return own
      .finish(REFUSAL)
      .split('\n\n')
      .filter((part) => part !== '')
      .map((part) =>
        part === 'data: [DONE]' ? '[DONE]' : (JSON.parse(part.replace(/^data: /, '')) as JsonObject),
      );
  };
  const pass = (own: StreamReader, ...bodies: readonly Chunk[]): void => {
    for (const body of bodies) {
      own.read(frame(body));
      own.released(frame(body));
    }
  };

  it('begins and ends a choice of which nothing was sent', () => {
    expect(finished(() => undefined)).toMatchObject([
      {
        id: 'd1',
        object: 'chat.completion.chunk',
        choices: [
          {
            index: 0,
            finish_reason: 'content_filter',
            delta: { role: 'assistant', content: '', refusal: expect.any(String) as string },
          },
        ],
      },
      '[DONE]',
    ]);
    expect(finished((own) => void own.read(frame(chunk({ content: 'a' }))))).toMatchObject([
      { id: 'c_1', created: 1, model: 'm-1', choices: [{ delta: { role: 'assistant' } }] },
      '[DONE]',
    ]);
  });

  it('sends the usage in a separate chunk if requested, once', () => {
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    const prompt = openaiChat.prompt(
      { messages: [], stream: true, stream_options: { include_usage: true } },
      MATCH,
    );
    const asked = (...bodies: readonly JsonObject[]): string => {
      const own = openaiChat.stream(prompt, MATCH);
      pass(own, ...bodies);
      return own.finish(REFUSAL);
    };
    const usageOnly = (said: JsonObject): string => `"choices":[],"usage":${JSON.stringify(said)}`;
    expect(asked()).toContain(usageOnly(none));
    expect(asked({ ...chunk({ content: 'a' }), usage })).toContain(usageOnly(usage));
    expect(asked(chunk({ content: 'a' }), stop(), { ...chunk({}), choices: [], usage })).toBe(
      'data: [DONE]\n\n',
    );
  });

  it('ends every choice that the client saw begin and not end', () => {
    const chunks = finished((own) => {
      pass(own, chunk({ content: 'a' }), chunk({ content: 'b' }, { index: 1 }), stop());
      own.read(frame(chunk({ content: 'c' }, { index: 2 })));
    });
    expect(chunks).toMatchObject([
      { choices: [{ index: 1, finish_reason: 'content_filter' }] },
      { choices: [{ index: 2, finish_reason: 'content_filter', delta: { role: 'assistant' } }] },
      '[DONE]',
    ]);
    expect(chunks).not.toMatchObject([{ choices: [{ delta: { role: 'assistant' } }] }, {}, '[DONE]']);
  });

  it('keeps read and released frames apart', () => {
    const chunks = finished((own) => {
      pass(own, chunk({ content: 'a' }));
      own.read(frame(stop()));
      own.read(frame('[DONE]'));
    });
    expect(chunks).toMatchObject([{ choices: [{ index: 0, finish_reason: 'content_filter' }] }, '[DONE]']);
  });

  it('emits nothing after the end', () => {
    expect(finished((own) => pass(own, chunk({ content: 'a' }), stop(), '[DONE]'))).toEqual([]);
  });
});
