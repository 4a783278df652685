import { nextCall, type ToolCall } from './habits.ts';
import type { Served } from './served.ts';

interface Called {
  readonly id: string;
  readonly type: 'function';
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A message of a chat, as far as it is read. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: unknown;
  readonly tool_calls?: readonly Called[];
}

interface ChatRequest {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly { readonly function: { readonly name: string } }[];
}

function textOf({ content }: ChatMessage): string {
  return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}

/** The reply of a server of vLLM's or of KServe's runtime with one model: another name is not found. */
export function chatCompletion(body: string, served: string): Served {
  const { model, messages, tools = [] } = JSON.parse(body) as ChatRequest;
  if (model !== served) {
    const message = `The model \`${model}\` does not exist.`;
    return { status: 404, body: { error: { message, type: 'NotFoundError', param: 'model', code: 404 } } };
  }
  const made = messages
    .flatMap(({ tool_calls: calls = [] }) => calls)
    .map(({ function: { name, arguments: given } }): ToolCall => ({
      name,
      arguments: JSON.parse(given) as ToolCall['arguments'],
    }));
  const offered = tools.map(({ function: { name } }) => name);
  const call = nextCall(messages.filter(({ role }) => role !== 'assistant').map(textOf), offered, made);
  const id = `chatcmpl-tool-${made.length + 1}`;
  const calls: readonly Called[] =
    call === null
      ? []
      : [
          {
            id,
            type: 'function',
            function: { name: call.name, arguments: JSON.stringify(call.arguments) },
          },
        ];
  const read = messages.map(textOf).join('').length;
  const message = {
    role: 'assistant',
    content: call === null ? `I have read ${read} characters.` : null,
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
  return {
    body: {
      ...{ id: 'chatcmpl-1', object: 'chat.completion', created: Math.floor(Date.now() / 1000), model },
      choices: [{ index: 0, message, finish_reason: call === null ? 'stop' : 'tool_calls' }],
      usage: { prompt_tokens: 8, completion_tokens: 8, total_tokens: 16 },
    },
  };
}
