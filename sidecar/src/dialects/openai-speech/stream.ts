import type { Refusal } from '../../exchange/index.ts';
import { SILENT, type Frame, type FrameContent, type StreamReader } from '../dialect.ts';
import { BodyReader, parseFrame } from '../json/index.ts';
import { errorFrame } from '../openai/error.ts';

/** Reads `speech.audio.delta` events, each with a piece of a recording, up to `speech.audio.done`. */
export class SpeechStream implements StreamReader {
  #begun = false;

  read({ data }: Frame): FrameContent {
    this.#begun = true;
    if (data.trim() === '[DONE]') return { ...SILENT, last: true };
    const reader = new BodyReader(parseFrame(data).value, 'reply');
    const { root } = reader;
    root.medium('audio', 'audio');
    const last = root.label('type') === 'speech.audio.done';
    reader.sweep('assistant');
    const texts = reader.segments.map((segment) => ({ ...segment, key: segment.pointer, whole: true }));
    return { ...SILENT, texts, media: reader.media, last };
  }

  complete(): boolean {
    return this.#begun;
  }

  finish(refusal: Refusal): string {
    return errorFrame(refusal);
  }

  raise(refusal: Refusal): string {
    return errorFrame(refusal);
  }

  released(): void {
    // The end does not depend on what was sent.
  }
}
