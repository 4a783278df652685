import type { Refusal } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamCall, StreamReader, StreamText } from '../dialect.ts';
import { BodyReader, parseObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { Told } from '../told.ts';
import { requireExactFields } from './fields.ts';
import { readCall, voiceOf } from './message.ts';
import { errorLine, lastLine, type Answer } from './render.ts';
import { CONTEXT, MIRRORS, readUsage } from './reply.ts';

/** One streamed reply: JSON objects, one a line, the last of them with `done: true`. */
export class LineStream implements StreamReader {
  readonly #answer: Answer;
  #model: string | null;
  #createdAt: string | null = null;
  #calls = 0;
  #done = false;
  readonly #told: Told<{
    readonly model: string | null;
    readonly createdAt: string | null;
    readonly done: boolean;
  }>;

  constructor(answer: Answer, model: string | null) {
    this.#answer = answer;
    this.#model = model;
    this.#told = new Told({ model, createdAt: null, done: false });
  }

  read(frame: Frame): FrameContent {
    if (this.#done) throw new Malformed('stream', 'a line after the last one');
    const reader = new BodyReader(parseObject(frame.data));
    const root = requireExactFields(reader.root);
    const texts: StreamText[] = [];
    const calls: StreamCall[] = [];
    const finishReasons: string[] = [];
    const isError = root.text('error', 'assistant', 'metadata') !== null;
    let done = false;
    if (!isError) {
      this.#readAnswer(root, texts, calls);
      done = this.#readEnd(root, finishReasons);
    }
    const mirrors = takeMirrors(root);
    const unreadable = root.has(CONTEXT) ? [root.at(CONTEXT)] : [];
    root.skip(CONTEXT);
    reader.sweep('assistant');
    for (const { pointer, text, origin, channel } of reader.segments) {
      texts.push({ key: pointer, pointer, text, origin, channel, whole: true });
    }
    this.#told.read({ model: this.#model, createdAt: this.#createdAt, done });
    return {
      texts,
      calls,
      ended: [],
      mirrors,
      ...(unreadable.length === 0 ? {} : { unreadable }),
      last: done,
      model: this.#model,
      usage: done ? readUsage(root) : null,
      finishReasons,
    };
  }

  complete(): boolean {
    return this.#done;
  }

  finish(refusal: Refusal): string {
    const { model, createdAt, done } = this.#told.now;
    if (done) return '';
    const line = { answer: this.#answer, model, createdAt };
    return `${lastLine(refusal, line)}\n`;
  }

  raise(refusal: Refusal): string {
    return `${errorLine(refusal)}\n`;
  }

  released(): void {
    this.#told.released();
  }

  #readAnswer(root: Place, texts: StreamText[], calls: StreamCall[]): void {
    const isChat = this.#answer === 'message';
    const place = isChat ? requireExactFields(root.requiredObject('message')) : root;
    if (isChat && voiceOf(place).origin !== 'assistant') throw place.malformed('role', 'must be assistant');
    takePiece(place, isChat ? 'content' : 'response', 'content', texts);
    takePiece(place, 'thinking', 'reasoning', texts);
    place.medium('images', 'image');
    for (const call of place.objects('tool_calls').map(readCall)) {
      calls.push({ ...call, key: `tool_calls/${this.#calls++}`, pointer: null, whole: true });
    }
  }

  #readEnd(root: Place, finishReasons: string[]): boolean {
    this.#model = root.label('model') ?? this.#model;
    this.#createdAt = root.label('created_at') ?? this.#createdAt;
    const reason = root.label('done_reason');
    if (reason !== null) finishReasons.push(reason);
    const done = root.boolean('done');
    if (done === null) throw root.malformed('done', 'must be true or false');
    this.#done = done;
    return done;
  }
}

/** What repeats the text of the frame is not scanned: it goes when something is redacted. */
function takeMirrors(root: Place): readonly string[] {
  const found = MIRRORS.filter((key) => root.has(key));
  for (const key of found) root.skip(key);
  return found.map((key) => root.at(key));
}

/** A string that continues the text of its channel. An empty one says nothing. */
function takePiece(
  place: Place,
  member: string,
  channel: 'content' | 'reasoning',
  texts: StreamText[],
): void {
  const text = place.get(member) ?? '';
  if (typeof text !== 'string') throw place.malformed(member, 'must be a string');
  place.skip(member);
  if (text === '') return;
  texts.push({ key: member, pointer: place.at(member), text, origin: 'assistant', channel, whole: false });
}
