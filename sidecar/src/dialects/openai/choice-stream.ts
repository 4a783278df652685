import type { Refusal, Segment, Usage } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamCall, StreamReader, StreamText } from '../dialect.ts';
import { BodyReader, parseObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { Choice, type ChoicePiece } from './choice.ts';
import { dataFrame, errorFrame } from './error.ts';
import { Repeats, type TokenText } from './repeats.ts';
import { readUsage } from './usage.ts';

/** What sets chat completions and completions apart. */
export interface ChoiceProtocol {
  /** `object` of a chunk. */
  readonly object: string;
  /** Reads one element of `choices`; texts become segments of the body, calls pieces of the choice. */
  read(place: Place, choice: Choice): ChoicePiece;
  /** What the last chunk of a withheld choice says. `silent` when the client has seen nothing of the choice. */
  closing(refusal: Refusal, silent: boolean): object;
}

/** What a frame that was read, and not yet released, will tell the client. */
interface Told {
  readonly begun: readonly number[];
  readonly finished: readonly number[];
  readonly done: boolean;
}

/** Reads a stream of chunks with `choices`, which `[DONE]` ends. */
export class ChoiceStream implements StreamReader {
  readonly #protocol: ChoiceProtocol;
  readonly #choices = new Map<number, Choice>();
  readonly #untold: Told[] = [];
  readonly #seen = { begun: new Set<number>(), finished: new Set<number>(), done: false };
  #done = false;
  #failed = false;
  #head: { id: string; created: number; model: string } | null = null;

  constructor(protocol: ChoiceProtocol) {
    this.#protocol = protocol;
  }

  read(frame: Frame): FrameContent {
    if (this.#done) throw new Malformed('stream', 'goes on after its end');
    if (frame.event !== null && frame.event !== 'message' && frame.event !== 'error') {
      throw new Malformed('stream', 'an event that the dialect does not define');
    }
    if (frame.data === '[DONE]') return this.#end();
    if (this.#failed) throw new Malformed('stream', 'goes on after an error');
    const reader = new BodyReader(parseObject(frame.data));
    if (reader.root.has('error')) return this.#error(reader);
    return this.#chunk(reader);
  }

  complete(): boolean {
    if (this.#done || this.#failed) return true;
    // Many servers of this API leave the terminator out; all of them finish their choices.
    return this.#choices.size > 0 && [...this.#choices.values()].every((choice) => choice.finished);
  }

  released(): void {
    const told = this.#untold.shift();
    if (told === undefined) return;
    for (const index of told.begun) this.#seen.begun.add(index);
    for (const index of told.finished) this.#seen.finished.add(index);
    this.#seen.done ||= told.done;
  }

  finish(refusal: Refusal, unjudged = 0): string {
    if (this.#seen.done) return '';
    const { begun } = this.#seen;
    const judged = this.#untold.slice(0, this.#untold.length - unjudged);
    const choices = new Set([...begun, ...judged.flatMap((told) => told.begun)]);
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
    return `${chunks.join('')}data: [DONE]\n\n`;
  }

  raise(refusal: Refusal): string {
    return errorFrame(refusal);
  }

  #chunk(reader: BodyReader): FrameContent {
    const { root } = reader;
    const created = root.get('created');
    const model = root.label('model');
    this.#head ??= {
      id: root.label('id') ?? '',
      created: typeof created === 'number' ? created : 0,
      model: model ?? '',
    };
    const pieces = root.requiredObjects('choices').map((place) => this.#choice(place));
    const head = new Repeats();
    head.take(root, 'prompt_logprobs');
    const usage = readUsage(root);
    reader.sweep('assistant');
    return this.#gathered(reader, pieces, { head, model, usage });
  }

  /** Written as loops: this runs for each frame, and spreads and flattening were a third of reading it. */
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
    for (const segment of reader.segments) texts.push(textOf(segment, pieces));
    const calls: StreamCall[] = [];
    const ended: string[] = [];
    const begun: number[] = [];
    const finished: number[] = [];
    const finishReasons: string[] = [];
    const { mirrors, unreadable } = head;
    for (const piece of pieces) {
      const { choice, repeats, finishReason } = piece;
      for (const tokens of repeats.tokens) texts.push(tokenPiece(choice, tokens));
      mirrors.push(...repeats.mirrors);
      unreadable.push(...repeats.unreadable);
      calls.push(...piece.calls);
      ended.push(...piece.ended);
      begun.push(choice.index);
      if (finishReason === null) continue;
      calls.push(...choice.closeCall());
      ended.push(...choice.finish());
      finished.push(choice.index);
      finishReasons.push(finishReason);
    }
    this.#tell({ begun, finished, done: false });
    const content = { texts, calls, ended, mirrors, last: false, model, usage, finishReasons };
    return unreadable.length === 0 ? content : { ...content, unreadable };
  }

  #choice(place: Place): ChoicePiece {
    const index = place.count('index');
    if (index === null) throw place.malformed('index', 'a whole number is required');
    let choice = this.#choices.get(index);
    if (choice === undefined) this.#choices.set(index, (choice = new Choice(index)));
    return this.#protocol.read(place, choice);
  }

  /** The server's own error: SDKs raise it. Only `[DONE]` may follow. */
  #error(reader: BodyReader): FrameContent {
    this.#failed = true;
    reader.sweep('assistant');
    this.#tell({ begun: [], finished: [], done: false });
    const texts = reader.segments.map((segment) => ({
      ...segment,
      key: segment.pointer.slice(1),
      whole: true,
    }));
    return { ...nothing(null), texts, last: true };
  }

  #end(): FrameContent {
    const open = [...this.#choices.values()].find((choice) => !choice.finished);
    if (open !== undefined && !this.#failed)
      throw new Malformed(open.key, 'the stream ends before the choice is finished');
    this.#done = true;
    this.#tell({ begun: [], finished: [], done: true });
    return { ...nothing(null), last: true };
  }

  #tell(told: Told): void {
    this.#untold.push(told);
  }
}

/** The tokens of a choice are a running text of their own, which may be ahead of the other. */
function tokenPiece(choice: Choice, { pointer, text }: TokenText): StreamText {
  const key = `${choice.key}/logprobs`;
  choice.text(key, pointer);
  return { key, pointer, text, origin: 'assistant', channel: 'content', whole: false, mirror: true };
}

function nothing(usage: Usage | null): FrameContent {
  return { texts: [], calls: [], ended: [], mirrors: [], last: false, model: null, usage, finishReasons: [] };
}

/** What a choice says goes on from chunk to chunk; anything else stands alone. */
function textOf({ pointer, text, origin, channel }: Segment, pieces: readonly ChoicePiece[]): StreamText {
  for (const piece of pieces) {
    if (!pointer.startsWith(piece.pointer) || pointer.charCodeAt(piece.pointer.length) !== SLASH) continue;
    if (channel === 'citation' || !pointer.startsWith(piece.running)) break;
    const key = `${piece.choice.key}${pointer.slice(piece.pointer.length)}`;
    piece.choice.text(key, pointer);
    return { key, pointer, text, origin, channel, whole: false };
  }
  return { key: pointer.slice(1), pointer, text, origin, channel, whole: true };
}

const SLASH = 0x2f;
