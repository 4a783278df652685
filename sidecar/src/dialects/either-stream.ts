import type { Prompt, Refusal } from '../exchange/index.ts';
import type { Frame, FrameContent, StreamReader } from './dialect.ts';
import { parseNonFinite } from './json/index.ts';
import { openaiChat } from './openai-chat/index.ts';

/**
 * A stream of its route or, if its first frame has `choices`, in the chunks of OpenAI's chat: llama.cpp sends those on Ollama's route, vLLM
 * as transcripts.
 */
export class EitherStream implements StreamReader {
  readonly #prompt: Prompt;
  readonly #own: StreamReader;
  #chosen: StreamReader | null = null;

  /** `own`: reads the streams of the route. */
  constructor(prompt: Prompt, own: StreamReader) {
    this.#prompt = prompt;
    this.#own = own;
  }

  get #reader(): StreamReader {
    return this.#chosen ?? this.#own;
  }

  read(frame: Frame): FrameContent {
    this.#chosen ??= hasChoices(frame.data) ? openaiChat.stream(this.#prompt, MATCH) : this.#own;
    return this.#chosen.read(frame);
  }

  complete(): boolean {
    return this.#reader.complete();
  }

  rest(): Pick<FrameContent, 'calls' | 'ended'> | undefined {
    return this.#chosen?.rest?.();
  }

  finish(refusal: Refusal, unjudged?: number): string {
    return this.#reader.finish(refusal, unjudged);
  }

  raise(refusal: Refusal): string {
    return this.#reader.raise(refusal);
  }

  heartbeat(): string {
    return (this.#reader === this.#own ? this.#own.heartbeat?.() : null) ?? ':\n\n';
  }

  released(frame: Frame): void {
    this.#reader.released(frame);
  }
}

const MATCH = { model: null, stream: null, framing: 'sse' } as const;

function hasChoices(data: string): boolean {
  try {
    const value: unknown = parseNonFinite(data);
    return typeof value === 'object' && value !== null && Object.hasOwn(value, 'choices');
  } catch {
    return false;
  }
}
