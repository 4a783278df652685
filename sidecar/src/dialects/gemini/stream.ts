import { isUntrusted, type Prompt, type Refusal, type Segment, type ToolCall } from '../../exchange/index.ts';
import type { Frame, FrameContent, Framing, StreamCall, StreamReader, StreamText } from '../dialect.ts';
import { CutCharacters } from '../cut-characters.ts';
import { BodyReader, parseFrame, type ParsedFrame, type Place } from '../json/index.ts';
import { ClientView } from '../client-view.ts';
import { readParts, type PieceTaker } from './content.ts';
import { field } from './fields.ts';
import { endedCandidates, errorBody, lastChunk, NO_TOKENS, type UsageMetadata } from './render.ts';
import { PartialCall } from './partial-call.ts';
import { readCandidate, readFinishReason, readTail, readUsage, takeTokens } from './reply.ts';

/** Filled while a chunk is read. */
interface Draft {
  readonly reader: BodyReader;
  readonly texts: StreamText[];
  readonly calls: StreamCall[];
  readonly finishReasons: string[];
  readonly mirrors: string[];
  readonly ended: string[];
}

/** The client's view once a chunk is released. */
interface Seen {
  readonly candidates: readonly number[];
  readonly model: string | null;
  readonly usage: UsageMetadata;
  readonly begun: boolean;
}

const NOTHING: ParsedFrame = { value: {}, cut: 0 };

/**
 * One streamed reply: chunks in the form of replies. Candidates continue from chunk to chunk, whatever finish reason a chunk has: some
 * servers send one in each, some none. So the stream ends with the connection, or with an error of the server.
 */
export class ChunkStream implements StreamReader {
  readonly #framing: Framing;
  #model: string | null;
  #usage = NO_TOKENS;
  readonly #candidates = new Set<number>();
  readonly #cut = new CutCharacters();
  #begun = false;
  #failed = false;
  #calls = 0;
  /** Calls whose arguments come in pieces, by candidate. */
  readonly #partial = new Map<number, PartialCall>();
  readonly #told: ClientView<Seen>;

  constructor(prompt: Prompt, framing: Framing) {
    this.#framing = framing;
    this.#model = prompt.model;
    this.#told = new ClientView<Seen>({
      candidates: [],
      model: prompt.model,
      usage: NO_TOKENS,
      begun: false,
    });
  }

  read(frame: Frame): FrameContent {
    const wasFailed = this.#failed;
    const draft = this.#readFrame(frame);
    const { root, media } = draft.reader;
    const [model, usage] = [this.#model, this.#usage];
    this.#told.read({ candidates: [...this.#candidates], model, usage, begun: true });
    const { texts, calls, finishReasons, mirrors, ended } = draft;
    return {
      ...{ texts, calls, finishReasons, mirrors, model, ended },
      ...(media.length === 0 ? {} : { media }),
      last: this.#failed && !wasFailed,
      usage: root.has(field(root, 'usageMetadata')) ? readUsage(root) : null,
    };
  }

  /** A prompt refused by the provider gets an answer without candidates. */
  complete(): boolean {
    // An empty array is complete: its framer has read the bracket.
    return this.#begun || this.#framing === 'json-array';
  }

  /** Calls truncated by a token limit. */
  rest(): Pick<FrameContent, 'calls' | 'ended'> {
    const calls = [...this.#partial.values()].map(({ key, arguments: text }) => {
      return { key, pointer: null, name: null, arguments: text, whole: true, uncertain: true };
    });
    this.#partial.clear();
    return { calls, ended: [] };
  }

  finish(refusal: Refusal): string {
    const { candidates, model, usage, begun } = this.#told.now;
    const known = [...candidates].sort((a, b) => a - b);
    const chunk = endedCandidates(refusal, known.length === 0 ? [0] : known, model, usage);
    return lastChunk(chunk, this.#framing, !begun);
  }

  raise(refusal: Refusal): string {
    return lastChunk(errorBody(refusal), this.#framing, !this.#told.now.begun);
  }

  /** A blank line: the Python SDK would parse a comment as JSON. */
  heartbeat(): string {
    return '\n';
  }

  released(): void {
    this.#told.released();
  }

  #readFrame(frame: Frame): Draft {
    // Some servers end every stream as OpenAI does.
    const { value, cut } = frame.data === '[DONE]' ? NOTHING : parseFrame(frame.data);
    const reader = new BodyReader(value, 'reply');
    this.#begun = true;
    const draft: Draft = { reader, texts: [], calls: [], finishReasons: [], mirrors: [], ended: [] };
    // An error of the server, at which clients stop.
    if (reader.root.has('error')) this.#failed = true;
    else this.#readChunk(reader.root, draft);
    reader.sweep('assistant');
    for (const segment of reader.segments)
      draft.texts.push({ ...segment, key: segment.pointer, whole: true });
    this.#cut.take(draft, cut);
    return draft;
  }

  #readChunk(root: Place, draft: Draft): void {
    for (const candidate of root.parts('candidates', 'assistant', 'content'))
      this.#readCandidate(candidate, draft);
    this.#model = readTail(root) ?? this.#model;
    this.#usage = countsOf(root.object(field(root, 'usageMetadata'))) ?? this.#usage;
  }

  #readCandidate(candidate: Place, draft: Draft): void {
    const index = candidate.count('index') ?? 0;
    this.#candidates.add(index);
    const content = readCandidate(candidate);
    if (content !== null) this.#readContent(content, index, draft);
    this.#readTokens(candidate, index, draft);
    const reason = readFinishReason(candidate);
    if (reason !== null) draft.finishReasons.push(reason);
  }

  #readTokens(candidate: Place, index: number, { texts, mirrors }: Draft): void {
    const { running, alone } = takeTokens(candidate, mirrors);
    const pointer = candidate.at(field(candidate, 'logprobsResult'));
    const common = { pointer, origin: 'assistant', channel: 'content', mirror: true } as const;
    for (const text of alone) texts.push({ ...common, key: pointer, text, whole: true });
    running.forEach((text, rank) => {
      const key = `candidates/${index}/logprobs/${rank}`;
      if (text !== '') texts.push({ ...common, key, text, whole: false });
    });
  }

  #readContent(content: Place, index: number, draft: Draft): void {
    const calls: ToolCall[] = [];
    const partial = this.#partial;
    const pieces: PieceTaker = {
      get isOpen() {
        return partial.has(index);
      },
      take: (call) => this.#takePartial(call, index, draft),
    };
    for (const { part, isThought } of readParts(content, 'assistant', calls, pieces)) {
      takePiece(part, isThought ? 'reasoning' : 'content', `candidates/${index}`, draft.texts);
    }
    // Clients would append it to the open call.
    if (calls.length > 0 && this.#partial.has(index))
      throw content.malformed('parts', 'a call begins before the arguments of another are complete');
    for (const call of calls) {
      const key = `candidates/${index}/calls/${this.#calls++}`;
      const tainted = draft.reader.segments.some((segment) => isBefore(segment, call));
      draft.calls.push({ ...call, key, pointer: null, whole: true, tainted });
    }
  }

  /** A call in pieces is judged with its last piece, for which its frames wait. */
  #takePartial(call: Place, index: number, draft: Draft): void {
    const name = call.label('name');
    let partial = this.#partial.get(index);
    const isNew = partial === undefined;
    if (partial === undefined) {
      partial = new PartialCall(`candidates/${index}/calls/${this.#calls++}`, call.requiredLabel('name'));
      this.#partial.set(index, partial);
    } else if (name !== null && name !== partial.name) throw call.malformed('name', 'a call has two names');
    if (call.has('args')) throw call.malformed('args', 'arguments come in pieces, or whole');
    const { key } = partial;
    for (const { path, pointer, text } of partial.take(call, 'assistant')) {
      const common = { pointer, text, origin: 'assistant', channel: 'tool_arguments' } as const;
      draft.texts.push({ ...common, key: `${key}/${path}`, whole: false });
    }
    const continues = call.boolean(field(call, 'willContinue')) === true;
    const said = continues ? '' : partial.arguments;
    const tainted = draft.reader.segments.some(isUntrusted);
    draft.calls.push({
      key,
      pointer: null,
      name: isNew ? partial.name : null,
      arguments: said,
      whole: !continues,
      tainted,
    });
    if (!continues) this.#partial.delete(index);
  }
}

/** True for text of a tool run by the provider, unless it is in or after the part of the call. */
function isBefore(segment: Segment, call: ToolCall): boolean {
  if (!isUntrusted(segment)) return false;
  const [, parts = '', own = ''] = /^(.*\/parts\/)(\d+)$/.exec(call.pointer) ?? [];
  if (!segment.pointer.startsWith(parts)) return true;
  return Number.parseInt(segment.pointer.slice(parts.length), 10) < Number(own);
}

/** The counts alone, without other members. Null if there are none. */
function countsOf(usage: Place | null): UsageMetadata | null {
  if (usage === null) return null;
  const counts = Object.entries(usage.value).flatMap(([key, value]) =>
    /^[A-Za-z_]{1,40}$/.test(key) && typeof value === 'number' ? [[key, value] as const] : [],
  );
  return { ...NO_TOKENS, ...Object.fromEntries(counts) };
}

/** A text that continues that of its candidate. An empty one has no content. */
function takePiece(
  part: Place,
  channel: 'content' | 'reasoning',
  candidate: string,
  texts: StreamText[],
): void {
  const text = part.piece('text') ?? '';
  if (text === '') return;
  const key = `${candidate}/${channel}`;
  texts.push({ key, pointer: part.at('text'), text, origin: 'assistant', channel, whole: false });
}
