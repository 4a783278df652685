import type { Prompt, Refusal, Usage } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import { errorObject, rendered } from '../openai/error.ts';
import { NO_USAGE } from '../openai/usage.ts';
import { refusalMessage } from '../refusal-message.ts';

/** The client's knowledge of a response. */
export interface ResponseHead {
  readonly id: string;
  readonly created_at: number;
  readonly model: string;
}

/** A whole, incomplete response, with a refusal as its only message. */
export function withhold(refusal: Refusal, prompt: Prompt, usage: Usage = NO_USAGE): RenderedResponse {
  const head = { id: `resp_${refusal.decision}`, created_at: 0, model: prompt.model ?? '' };
  return rendered(200, withheldResponse(head, refusal, { said: [], usage }));
}

/** State of a response before it was withheld. */
interface Beginning {
  /** Output that the client already has. */
  readonly said: readonly object[];
  /** The server's counts so far. */
  readonly usage: Usage;
}

export function withheldResponse(head: ResponseHead, refusal: Refusal, { said, usage }: Beginning): object {
  return {
    ...responseObject(head, 'incomplete'),
    incomplete_details: { reason: 'content_filter' },
    output: [...said, refusalItem(refusal)],
    usage: usageObject(usage),
  };
}

/** Clients add up each of these members without checking that it is present. */
function usageObject({ inputTokens, outputTokens }: Usage): object {
  const [input, output] = [inputTokens ?? 0, outputTokens ?? 0];
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}

export function refusalPart(refusal: Refusal): { readonly type: 'refusal'; readonly refusal: string } {
  return { type: 'refusal', refusal: refusalMessage(refusal) };
}

/** The message with the refusal. */
export function refusalItem(refusal: Refusal): { readonly id: string } {
  const id = `msg_${refusal.decision}`;
  const content = [refusalPart(refusal)];
  return { id, ...{ type: 'message', role: 'assistant', status: 'incomplete', content } };
}

/** Every member that the official types require. */
export function responseObject(head: ResponseHead, status: 'in_progress' | 'incomplete'): object {
  return {
    ...head,
    object: 'response',
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    output: [],
    parallel_tool_calls: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_p: null,
  };
}

/** The official SDK raises on `error`; the members beside it are those of the event's type. */
export function errorEvent(refusal: Refusal, sequence: number): string {
  const error = errorObject(refusal);
  return eventFrame('error', sequence, { code: error.code, message: error.message, param: null, error });
}

export function eventFrame(type: string, sequence: number, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence, ...members })}\n\n`;
}
