import { describe, expect, it } from '@jest/globals';

import type { JsonObject } from '../json/index.ts';
import { candidate } from '../testing/gemini.ts';
import { gemini } from './index.ts';

describe('replies', () => {
  it('have the text of an error that comes with status 200', () => {
    expect(gemini.reply({ error: { code: 400, message: 'a b' } }).segments.map(({ text }) => text)).toEqual([
      'a b',
    ]);
  });

  it('are read with every candidate, call, source and the usage', () => {
    const reply = gemini.reply({
      candidates: [
        {
          content: {
            parts: [
              { text: 'a', thought: true },
              { text: 'b' },
              { functionCall: { name: 'f', args: { k1: 'v' } } },
            ],
          },
          finishReason: 'STOP',
          citationMetadata: { citations: [{ uri: 'https://c' }] },
          groundingMetadata: { groundingChunks: [{ web: { uri: 'https://g' } }] },
          logprobsResult: { chosenCandidates: [{ token: 'b' }] },
        },
        candidate(1, { text: 'c' }, { finishReason: 'SAFETY', finishMessage: 'so so' }),
      ],
      promptFeedback: { blockReasonMessage: 'no no' },
      usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 5 },
      modelVersion: 'v',
    });
    const found = reply.segments.map(({ origin, channel, text }) => `${origin}/${channel}: ${text}`);
    for (const expected of [
      'assistant/reasoning: a',
      'assistant/content: b',
      'assistant/content: c',
      'assistant/tool_arguments: v',
      'document/citation: https://c',
      'document/citation: https://g',
      'assistant/metadata: so so',
      'assistant/metadata: no no',
    ]) {
      expect(found).toContain(expected);
    }
    expect(reply).toMatchObject({
      model: 'v',
      calls: [{ pointer: '/candidates/0/content/parts/2', name: 'f', arguments: '{"k1":"v"}' }],
      usage: { inputTokens: 3, outputTokens: 9 },
      finishReasons: ['STOP', 'SAFETY'],
      mirrors: ['/candidates/0/logprobsResult'],
    });
  });

  it.each<[JsonObject, JsonObject]>([
    [{ totalTokens: 7 }, { inputTokens: 7, outputTokens: null }],
    [{ embedding: { values: [0.5] } }, { inputTokens: null, outputTokens: null }],
    [{ embeddings: [{ values: [0.5] }] }, { inputTokens: null, outputTokens: null }],
    [{ promptFeedback: { blockReason: 'SAFETY' } }, { inputTokens: null, outputTokens: null }],
  ])('have a usage and no text: %j', (body, usage) => {
    expect(gemini.reply(body)).toMatchObject({ segments: [], usage });
  });
});
