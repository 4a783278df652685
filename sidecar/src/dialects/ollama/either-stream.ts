import type { Prompt, Refusal } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamReader } from '../dialect.ts';
import { parseNonFinite } from '../json/index.ts';
import { openaiChat } from '../openai-chat/index.ts';
import { LineStream } from './stream.ts';

/**
 * A streamed chat in Ollama's lines or, if its first frame has `choices`, in the chunks of OpenAI's chat: llama.cpp sends those on Ollama's
 * route.
 */
export class EitherStream implements StreamReader {
  readonly #prompt: Prompt;
  readonly #lines: LineStream;
  #chosen: StreamReader | null = null;

  constructor(prompt: Prompt) {
    this.#prompt = prompt;
    this.#lines = new LineStream('message', prompt.model);
  }

  get #reader(): StreamReader {
    return this.#chosen ?? this.#lines;
  }

  read(frame: Frame): FrameContent {
    this.#chosen ??= hasChoices(frame.data) ? openaiChat.stream(this.#prompt, MATCH) : this.#lines;
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
    return this.#chosen === null || this.#chosen === this.#lines ? this.#lines.heartbeat() : ':\n\n';
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
