import type { Refusal, Usage } from '../../exchange/index.ts';
import {
  SILENT,
  type Frame,
  type FrameContent,
  type StreamCall,
  type StreamReader,
  type StreamText,
} from '../dialect.ts';
import { CutCharacters } from '../cut-characters.ts';
import { BodyReader, parseFrame, type ParsedFrame, type Place } from '../json/index.ts';
import { ClientView } from '../client-view.ts';
import { requireExactFields } from './fields.ts';
import { readCall } from './message.ts';
import { emptyLine, errorLine, lastLine, type Answer } from './render.ts';
import { CONTEXT, NO_USAGE, readUsage, takeTokens } from './reply.ts';

/** Filled while a line is read. */
interface Draft {
  readonly texts: StreamText[];
  readonly calls: StreamCall[];
  readonly finishReasons: string[];
  readonly mirrors: string[];
}

const NOTHING: ParsedFrame = { value: {}, cut: 0 };

/** One streamed reply: JSON objects, one per line, the last of them with `done: true`. */
export class LineStream implements StreamReader {
  readonly #answer: Answer;
  #model: string | null;
  #createdAt: string | null = null;
  #usage: Usage = NO_USAGE;
  #calls = 0;
  readonly #cut = new CutCharacters();
  /** Any line arrived. Servers omit the last line, and clients accept the end of the stream instead. */
  #begun = false;
  #done = false;
  readonly #told: ClientView<{
    readonly model: string | null;
    readonly createdAt: string | null;
    readonly done: boolean;
  }>;

  constructor(answer: Answer, model: string | null) {
    this.#answer = answer;
    this.#model = model;
    this.#told = new ClientView({ model, createdAt: null, done: false });
  }

  read(frame: Frame): FrameContent {
    // Some servers end every stream as OpenAI does.
    const { value, cut } = frame.data === '[DONE]' ? NOTHING : parseFrame(frame.data);
    const reader = new BodyReader(value, 'reply');
    const root = requireExactFields(reader.root);
    const draft: Draft = { texts: [], calls: [], finishReasons: [], mirrors: [] };
    const wasDone = this.#done;
    this.#begun = true;
    this.#readLine(root, draft);
    const unreadable = root.has(CONTEXT) ? [root.at(CONTEXT)] : [];
    root.skip(CONTEXT);
    reader.sweep('assistant');
    for (const segment of reader.segments)
      draft.texts.push({ ...segment, key: segment.pointer, whole: true });
    this.#told.read({ model: this.#model, createdAt: this.#createdAt, done: this.#done });
    // Clients stop at the last line.
    if (wasDone && (draft.calls.length > 0 || draft.texts.some(({ whole }) => !whole)))
      return { ...SILENT, dropped: true };
    this.#cut.take(draft, cut);
    const isLast = this.#done && !wasDone;
    if (isLast) this.#usage = readUsage(root);
    return {
      ...draft,
      ended: [],
      ...(unreadable.length === 0 ? {} : { unreadable }),
      ...(reader.media.length === 0 ? {} : { media: reader.media }),
      last: isLast,
      model: this.#model,
      usage: isLast ? this.#usage : null,
    };
  }

  complete(): boolean {
    return this.#begun;
  }

  finish(refusal: Refusal): string {
    const { model, createdAt, done } = this.#told.now;
    if (done) return '';
    const line = { answer: this.#answer, model, createdAt };
    return `${lastLine(refusal, line, this.#usage)}\n`;
  }

  raise(refusal: Refusal): string {
    return `${errorLine(refusal)}\n`;
  }

  heartbeat(): string {
    const { model, createdAt } = this.#told.now;
    return `${emptyLine({ answer: this.#answer, model, createdAt })}\n`;
  }

  released(): void {
    this.#told.released();
  }

  #readLine(root: Place, draft: Draft): void {
    if (root.has('error')) {
      // An error of the server, at which clients stop.
      root.leaves('error', 'assistant', 'metadata');
      this.#done = true;
      return;
    }
    this.#readAnswer(root, draft);
    this.#readEnd(root, draft.finishReasons);
    const { running, alone } = takeTokens(root, draft.mirrors);
    const common = {
      pointer: root.at('logprobs'),
      origin: 'assistant',
      channel: 'content',
      mirror: true,
    } as const;
    for (const text of alone) draft.texts.push({ ...common, key: 'logprobs', text, whole: true });
    running.forEach((text, rank) => {
      if (text !== '') draft.texts.push({ ...common, key: `logprobs/${rank}`, text, whole: false });
    });
  }

  #readAnswer(root: Place, { texts, calls }: Draft): void {
    const isChat = this.#answer === 'message';
    const place = isChat ? root.object('message') : root;
    if (place === null) return;
    requireExactFields(place);
    if (isChat) place.label('role');
    takePiece(place, isChat ? 'content' : 'response', 'content', texts);
    takePiece(place, 'thinking', 'reasoning', texts);
    place.medium('images', 'image');
    for (const call of place.parts('tool_calls', 'assistant', 'tool_arguments').map(readCall)) {
      calls.push({ ...call, key: `tool_calls/${this.#calls++}`, pointer: null, whole: true });
    }
  }

  /** Some servers send a reason without `done`. */
  #readEnd(root: Place, finishReasons: string[]): void {
    this.#model = root.label('model') ?? this.#model;
    this.#createdAt = root.label('created_at') ?? this.#createdAt;
    const reason = root.label('done_reason') ?? '';
    if (reason !== '') finishReasons.push(reason);
    this.#done ||= root.boolean('done') ?? reason !== '';
  }
}

/** A string that continues the text of its channel. An empty one has no content. */
function takePiece(
  place: Place,
  member: string,
  channel: 'content' | 'reasoning',
  texts: StreamText[],
): void {
  const text = place.piece(member) ?? '';
  if (text === '') return;
  texts.push({ key: member, pointer: place.at(member), text, origin: 'assistant', channel, whole: false });
}
