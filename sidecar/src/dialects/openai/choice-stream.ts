import type { Prompt, Refusal, Usage } from '../../exchange/index.ts';
import {
  SILENT,
  type Frame,
  type FrameContent,
  type StreamCall,
  type StreamFork,
  type StreamReader,
  type StreamText,
} from '../dialect.ts';
import { CutCharacters } from '../cut-characters.ts';
import { BodyReader, parseFrame, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { AlikeFrames } from './alike.ts';
import { Choice, type ChoicePiece } from './choice.ts';
import { addText, addTokens } from './choice-texts.ts';
import { dataFrame, errorFrame } from './error.ts';
import { Repeats } from './repeats.ts';
import { countOf, labelOf, partsOf } from './tolerant.ts';
import { NO_USAGE, readUsage, usageObject } from './usage.ts';

/** Differences between chat completions and completions. */
export interface ChoiceProtocol {
  /** `object` of a chunk. */
  readonly object: string;
  /** Reads one element of `choices`; texts become segments of the body, calls pieces of the choice. */
  read(place: Place, choice: Choice, index: number): ChoicePiece;
  /** Members of the last chunk of a withheld choice. `silent`: the client has received nothing of the choice. */
  closing(refusal: Refusal, silent: boolean): object;
}

/** A frame's effect on the client's view once released. */
interface ReleaseEffect {
  readonly begun: readonly number[];
  readonly finished: readonly number[];
  /** The chunk with the usage only. */
  readonly isUsage: boolean;
  readonly done: boolean;
}

const NOTHING_TOLD: ReleaseEffect = { begun: [], finished: [], isUsage: false, done: false };

/** Event names of servers, which clients of this dialect ignore. Too short for a message. */
const EVENT = /^[a-z][a-z_.]{0,39}$/i;

/** Reads a stream of chunks with `choices`, which `[DONE]` ends. */
export class ChoiceStream implements StreamReader {
  readonly #protocol: ChoiceProtocol;
  readonly #offered: readonly string[];
  readonly #wantsUsage: boolean;
  /** The request asks for several choices: they are interleaved, and each ends separately. */
  readonly #sideBySide: boolean;
  readonly #choices = new Map<number, Choice>();
  readonly #cut = new CutCharacters();
  readonly #alike = new AlikeFrames();
  readonly #untold: ReleaseEffect[] = [];
  /** Of the latest frame with choices. */
  #latestEffect = NOTHING_TOLD;
  readonly #seen = { begun: new Set<number>(), finished: new Set<number>(), isUsage: false, done: false };
  #begun = false;
  #done = false;
  #failed = false;
  #usage = NO_USAGE;
  #head: { id: string; created: number; model: string } | null = null;

  constructor(
    protocol: ChoiceProtocol,
    { choices = 1, offers, wantsUsage = false }: Pick<Prompt, 'choices' | 'offers' | 'wantsUsage'>,
  ) {
    this.#protocol = protocol;
    this.#wantsUsage = wantsUsage;
    this.#sideBySide = choices > 1;
    this.#offered = offers.map(({ name }) => name);
  }

  read(frame: Frame): FrameContent {
    if (this.#done) return this.#drop();
    if (frame.data.trim() === '[DONE]') return this.#end();
    // Clients raise the error and stop reading.
    if (this.#failed) return this.#drop();
    if (frame.event !== null && !EVENT.test(frame.event))
      throw new Malformed('stream', 'an event that the dialect does not define');
    this.#begun = true;
    return this.#again(frame) ?? this.#chunk(frame);
  }

  complete(): boolean {
    // Servers of this API omit the terminator, the finish reason, or both; clients accept the end of the stream.
    return this.#begun || this.#done;
  }

  released(): void {
    const effect = this.#untold.shift();
    if (effect === undefined) return;
    for (const index of effect.begun) this.#seen.begun.add(index);
    for (const index of effect.finished) this.#seen.finished.add(index);
    this.#seen.isUsage ||= effect.isUsage;
    this.#seen.done ||= effect.done;
  }

  finish(refusal: Refusal, unjudged = 0): string {
    if (this.#seen.done) return '';
    const { begun } = this.#seen;
    const judged = this.#untold.slice(0, this.#untold.length - unjudged);
    const choices = new Set([...begun, ...judged.flatMap((effect) => effect.begun)]);
    const known = choices.size === 0 ? [0] : [...choices];
    const open = known.filter((index) => !this.#seen.finished.has(index));
    const head = this.#head ?? { id: refusal.decision, created: 0, model: '' };
    const chunks = open.map((index) => {
      const said = this.#protocol.closing(refusal, !begun.has(index));
      return dataFrame({
        ...head,
        object: this.#protocol.object,
        choices: [{ index, ...said, logprobs: null, finish_reason: 'content_filter' }],
      });
    });
    if (this.#wantsUsage && !this.#seen.isUsage)
      chunks.push(
        dataFrame({ ...head, object: this.#protocol.object, choices: [], usage: usageObject(this.#usage) }),
      );
    return `${chunks.join('')}data: [DONE]\n\n`;
  }

  raise(refusal: Refusal): string {
    return errorFrame(refusal);
  }

  /** The content of a frame like the one before, which has the same effect. Null: it must be read. */
  #again(frame: Frame): FrameContent | null {
    const content = this.#alike.read(frame);
    if (content !== null) this.#untold.push(this.#latestEffect);
    return content;
  }

  #chunk(frame: Frame): FrameContent {
    const { value, cut } = parseFrame(frame.data);
    const reader = new BodyReader(value, 'reply');
    const { root } = reader;
    const created = root.get('created');
    const model = labelOf(root, 'model');
    this.#head ??= {
      id: labelOf(root, 'id') ?? '',
      created: typeof created === 'number' ? created : 0,
      model: model ?? '',
    };
    const pieces = partsOf(root, 'choices').map((place) => this.#choice(place));
    const head = new Repeats();
    head.take(root, 'prompt_logprobs');
    const usage = readUsage(root);
    // An error of the server, which SDKs raise.
    this.#failed = frame.event === 'error' || root.has('error');
    reader.sweep('assistant');
    const content = this.#gathered(reader, pieces, { head, model, usage });
    this.#cut.take(content, cut);
    if (!this.#failed && !this.#cut.waiting) this.#alike.note(frame, content);
    return this.#failed ? { ...content, last: true } : content;
  }

  /** Loops, because this runs for each frame: spreading and flattening took a third of the reading time. */
  #gathered(
    reader: BodyReader,
    pieces: readonly ChoicePiece[],
    {
      head,
      model,
      usage,
    }: { readonly head: Repeats; readonly model: string | null; readonly usage: Usage | null },
  ): FrameContent {
    const texts: StreamText[] = [];
    for (const segment of reader.segments) addText(segment, pieces, texts);
    const forks: StreamFork[] = [];
    const calls: StreamCall[] = [];
    const ended: string[] = [];
    const begun: number[] = [];
    const finished: number[] = [];
    const finishReasons: string[] = [];
    const { mirrors, unreadable } = head;
    for (const piece of pieces) {
      const { choice, repeats, finishReason } = piece;
      for (const tokens of repeats.tokens) addTokens(piece, tokens, texts);
      mirrors.push(...repeats.mirrors);
      unreadable.push(...repeats.unreadable);
      forks.push(...piece.forks);
      calls.push(...piece.calls);
      ended.push(...piece.ended);
      begun.push(piece.index);
      if (finishReason === null) continue;
      ended.push(...choice.finish());
      finished.push(piece.index);
      finishReasons.push(finishReason);
    }
    this.#latestEffect = { begun, finished, isUsage: usage !== null && pieces.length === 0, done: false };
    this.#untold.push(this.#latestEffect);
    this.#usage = usage ?? this.#usage;
    const content = { texts, calls, ended, mirrors, last: false, model, usage, finishReasons };
    const { media, references } = reader;
    const isPlain = unreadable.length === 0 && forks.length === 0;
    if (isPlain && media.length === 0 && references.length === 0) return content;
    return { ...content, unreadable, media, references, ...(forks.length === 0 ? {} : { forks }) };
  }

  #choice(place: Place): ChoicePiece {
    const index = countOf(place, 'index') ?? 0;
    return this.#protocol.read(place, this.#choiceOf(index), index);
  }

  /** If one choice was requested, there is one, whatever its number. */
  #choiceOf(index: number): Choice {
    const [first] = this.#choices.values();
    if (!this.#sideBySide && first !== undefined) return first;
    let choice = this.#choices.get(index);
    if (choice === undefined)
      this.#choices.set(index, (choice = new Choice(index, this.#offered, this.#sideBySide)));
    return choice;
  }

  #end(): FrameContent {
    this.#done = true;
    this.#untold.push({ ...NOTHING_TOLD, done: true });
    return { ...SILENT, last: true };
  }

  #drop(): FrameContent {
    this.#untold.push(NOTHING_TOLD);
    return { ...SILENT, dropped: true };
  }
}
