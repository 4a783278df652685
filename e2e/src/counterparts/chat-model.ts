import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';

/** A model server for chat completions that always returns `text`, streamed in pieces of five characters. */
export function startChatModel(text: string): Promise<ScriptedUpstream> {
  const common = { id: 'chatcmpl-1', created: 1, model: 'm' };
  const chunk = (delta: object, finish: string | null): { data: object } => ({
    data: {
      ...common,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: finish }],
    },
  });
  return startUpstream((seen, response) => {
    if (/"stream":\s*true/.test(seen.body)) {
      const pieces = text.match(/.{1,5}/gs) ?? [];
      sse(response, [...pieces.map((content) => chunk({ content }, null)), chunk({}, 'stop'), '[DONE]']);
      return;
    }
    const message = { role: 'assistant', content: text };
    json(response, {
      ...common,
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: 'stop' }],
      usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
    });
  });
}
