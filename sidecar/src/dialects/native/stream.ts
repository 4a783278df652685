import type { Prompt, Refusal } from '../../exchange/index.ts';
import { SILENT, type Frame, type FrameContent, type StreamReader, type StreamText } from '../dialect.ts';
import { ClientView } from '../client-view.ts';
import { CutCharacters } from '../cut-characters.ts';
import { BodyReader, parseFrame, type Place } from '../json/index.ts';
import { dataFrame } from '../openai/error.ts';
import { countOf, objectOf, wordsOf } from '../openai/tolerant.ts';
import type { NativeApi } from './api.ts';
import { GrowingTexts } from './growing-texts.ts';
import { errorBody } from './render.ts';
import { readUsage, skipEcho, takeRepeats } from './reply.ts';

/** Reads a stream of JSON objects as server-sent events, each with a piece of the text. */
export class PieceStream implements StreamReader {
  readonly #api: NativeApi;
  readonly #prompt: Prompt;
  readonly #cut = new CutCharacters();
  readonly #growing = new GrowingTexts();
  readonly #told = new ClientView({ done: false });
  #begun = false;
  #done = false;

  constructor(api: NativeApi, prompt: Prompt) {
    this.#api = api;
    this.#prompt = prompt;
  }

  read(frame: Frame): FrameContent {
    // Clients stop at the last frame.
    if (this.#done) return this.#drop();
    this.#begun = true;
    if (frame.data.trim() === '[DONE]') return this.#end();
    const { value, cut } = parseFrame(frame.data);
    const reader = new BodyReader(value, 'reply');
    const { root } = reader;
    const pieces = this.#pieces(root);
    const { mirrors, unreadable, texts: repeated, media } = takeRepeats(this.#api, root);
    skipEcho(root, this.#prompt);
    const last = this.#isLast(root);
    const usage = last ? readUsage(this.#api, root) : null;
    reader.sweep('assistant');
    const grown = this.#api.isCumulative === true ? pieces.map((piece) => this.#growing.take(piece)) : null;
    const texts = grown === null ? pieces : grown.flatMap((of) => of.texts);
    for (const segment of reader.segments) texts.push({ ...segment, key: segment.pointer, whole: true });
    for (const { pointer, text } of repeated)
      texts.push({
        key: pointer,
        pointer,
        text,
        origin: 'assistant',
        channel: 'content',
        whole: true,
        mirror: true,
      });
    this.#cut.take({ texts: texts.filter(({ repeats }) => repeats !== true), calls: [] }, cut);
    this.#done = last;
    this.#told.read({ done: last });
    return {
      ...SILENT,
      texts,
      ended: grown?.flatMap((of) => of.ended) ?? [],
      mirrors,
      unreadable,
      media: [...reader.media, ...media],
      last,
      usage,
    };
  }

  complete(): boolean {
    return this.#begun;
  }

  finish(): string {
    return this.#told.now.done ? '' : dataFrame(this.#api.empty(this.#prompt));
  }

  raise(refusal: Refusal): string {
    return dataFrame(errorBody(refusal));
  }

  released(): void {
    this.#told.released();
  }

  /** The continuation of the text; other texts of the frame are whole. */
  #pieces(root: Place): StreamText[] {
    const { piece, texts } = this.#api;
    const [outer, inner] = piece ?? [null, texts[0] ?? ''];
    const place = outer === null ? root : objectOf(root, outer);
    for (const text of piece === undefined ? texts.slice(1) : texts)
      wordsOf(root, text, 'assistant', 'content');
    if (place === null || typeof place.get(inner) !== 'string') return [];
    // Clients omit special tokens, which appear between pieces of one text.
    if (place.get('special') === true) return [];
    const text = place.piece(inner) ?? '';
    if (text === '') return [];
    // llama.cpp interleaves several completions; in TGI's frames the index is the token's.
    const key = piece === undefined ? `${inner}/${String(countOf(root, 'index') ?? 0)}` : inner;
    return [{ key, pointer: place.at(inner), text, origin: 'assistant', channel: 'content', whole: false }];
  }

  #isLast(root: Place): boolean {
    const value = this.#api.last === null ? null : root.get(this.#api.last);
    return root.has('error') || (value !== null && value !== false);
  }

  #end(): FrameContent {
    this.#done = true;
    this.#told.read({ done: true });
    return { ...SILENT, last: true };
  }

  #drop(): FrameContent {
    this.#told.read({ done: true });
    return { ...SILENT, dropped: true };
  }
}
