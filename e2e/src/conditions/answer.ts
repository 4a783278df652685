import type { Seen } from '../process/upstream.ts';

const USAGE = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };

/** A completion of the Chat Completions API. */
export function completion(message: object = { content: 'Hello.' }): object {
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm', usage: USAGE },
    choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: 'stop' }],
  };
}

/** A response of the Responses API. */
export function modelResponse(...output: readonly object[]): object {
  return {
    ...{ id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'm' },
    output: output.length > 0 ? output : [said('Hello.')],
    usage: {
      ...{ input_tokens: 1, output_tokens: 1, total_tokens: 2 },
      ...{ input_tokens_details: { cached_tokens: 0 }, output_tokens_details: { reasoning_tokens: 0 } },
    },
  };
}

/** A message in the output of a response. */
export function said(text: string, annotations: readonly object[] = []): object {
  return {
    ...{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed' },
    content: [{ type: 'output_text', text, annotations }],
  };
}

/** A message of the Messages API. */
export function message(...content: readonly object[]): object {
  return {
    ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'm' },
    content: content.length > 0 ? content : [{ type: 'text', text: 'Hello.' }],
    ...{ stop_reason: 'end_turn', stop_sequence: null, usage: { input_tokens: 1, output_tokens: 1 } },
  };
}

/** A reply of the Gemini API. */
export function generated(parts: readonly object[] = [{ text: 'Hello.' }], more: object = {}): object {
  return {
    candidates: [{ index: 0, content: { role: 'model', parts }, finishReason: 'STOP', ...more }],
    ...{ modelVersion: 'm', usageMetadata: { promptTokenCount: 1, totalTokenCount: 2 } },
  };
}

const ANSWERS: readonly (readonly [RegExp, () => object])[] = [
  [/\/chat\/completions$/, completion],
  [
    /\/v1\/completions$/,
    () => ({
      ...{ id: 'c', object: 'text_completion', created: 1, model: 'm', usage: USAGE },
      choices: [{ index: 0, text: 'Hello.', finish_reason: 'stop', logprobs: null }],
    }),
  ],
  [/\/responses$/, () => modelResponse()],
  [
    /\/embeddings$/,
    () => ({
      ...{ id: 'e', object: 'list', model: 'm', usage: USAGE },
      data: [{ object: 'embedding', index: 0, embedding: [0.1, 0.2] }],
    }),
  ],
  [/\/messages$/, () => message()],
  [/:(?:embedContent|predict)$/, () => ({ embedding: { values: [0.1] } })],
  [/:batchEmbedContents$/, () => ({ embeddings: [{ values: [0.1] }] })],
  [/:(?:stream)?[gG]enerateContent/, () => generated()],
  [/\/api\/chat$/, () => ({ model: 'm', message: { role: 'assistant', content: 'Hello.' }, done: true })],
  [/\/api\/generate$/, () => ({ model: 'm', response: 'Hello.', done: true, context: [1, 2] })],
  [/\/api\/embed$/, () => ({ model: 'm', embeddings: [[0.1]] })],
];

/** A short text in the protocol of the path. */
export function answerOf({ path }: Pick<Seen, 'path'>): object {
  const [plain = ''] = path.split('?');
  return ANSWERS.find(([route]) => route.test(plain))?.[1]() ?? { id: 'x' };
}
