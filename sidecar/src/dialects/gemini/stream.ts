import type { Prompt, Refusal, ToolCall } from '../../exchange/index.ts';
import type { Frame, FrameContent, Framing, StreamCall, StreamReader, StreamText } from '../dialect.ts';
import { BodyReader, parseObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { Told } from '../told.ts';
import { readParts } from './content.ts';
import { field } from './fields.ts';
import { endedCandidates, errorBody, lastChunk } from './render.ts';
import { readCandidate, readFinishReason, readTail, readUsage, requireAnswer } from './reply.ts';

/** Grows while a chunk is read. */
interface Draft {
  readonly texts: StreamText[];
  readonly calls: StreamCall[];
  readonly finishReasons: string[];
  readonly mirrors: string[];
}

/** One streamed reply: chunks that are replies themselves; candidates go on from chunk to chunk until each has a reason to end. */
export class ChunkStream implements StreamReader {
  readonly #framing: Framing;
  readonly #choices: number;
  #model: string | null;
  readonly #open = new Set<number>();
  readonly #finished = new Set<number>();
  #blocked = false;
  #calls = 0;
  readonly #told: Told<{
    readonly candidates: readonly number[];
    readonly model: string | null;
    readonly begun: boolean;
  }>;

  constructor(prompt: Prompt, framing: Framing) {
    this.#framing = framing;
    this.#choices = Math.max(1, prompt.choices ?? 1);
    this.#model = prompt.model;
    this.#told = new Told({ candidates: [], model: prompt.model, begun: false });
  }

  read(frame: Frame): FrameContent {
    if (frame.event !== null) throw new Malformed('stream', 'chunks have no event name');
    const reader = new BodyReader(parseObject(frame.data));
    const { root } = reader;
    const draft: Draft = { texts: [], calls: [], finishReasons: [], mirrors: [] };
    const isError = root.has('error');
    if (!isError) this.#readChunk(root, draft);
    reader.sweep('assistant');
    for (const { pointer, text, origin, channel } of reader.segments) {
      draft.texts.push({ key: pointer, pointer, text, origin, channel, whole: true });
    }
    this.#told.read({ candidates: [...this.#open, ...this.#finished], model: this.#model, begun: true });
    return {
      ...draft,
      ended: [],
      last: !isError && this.complete(),
      model: this.#model,
      usage: root.has(field(root, 'usageMetadata')) ? readUsage(root) : null,
    };
  }

  complete(): boolean {
    return this.#blocked || (this.#open.size === 0 && this.#finished.size >= this.#choices);
  }

  finish(refusal: Refusal): string {
    // The finished ones too: the client may not have seen their end.
    const { candidates, model, begun } = this.#told.now;
    const known = [...candidates].sort((a, b) => a - b);
    const chunk = endedCandidates(refusal, known.length === 0 ? [0] : known, model);
    return lastChunk(chunk, this.#framing, !begun);
  }

  raise(refusal: Refusal): string {
    return lastChunk(errorBody(refusal), this.#framing, !this.#told.now.begun);
  }

  released(): void {
    this.#told.released();
  }

  #readChunk(root: Place, draft: Draft): void {
    requireAnswer(root);
    const candidates = root.objects('candidates');
    for (const candidate of candidates) this.#readCandidate(candidate, draft);
    this.#model = readTail(root) ?? this.#model;
    // A prompt that the provider refuses has no candidates at all.
    const feedback = root.object(field(root, 'promptFeedback'));
    if (feedback?.has(field(feedback, 'blockReason')) === true) this.#blocked = true;
  }

  #readCandidate(candidate: Place, draft: Draft): void {
    const index = candidate.count('index') ?? 0;
    const content = readCandidate(candidate);
    if (content !== null) this.#readContent(content, index, draft);
    const logprobs = field(candidate, 'logprobsResult');
    if (candidate.has(logprobs)) {
      candidate.skip(logprobs);
      draft.mirrors.push(candidate.at(logprobs));
    }
    const reason = readFinishReason(candidate);
    if (reason !== null) {
      draft.finishReasons.push(reason);
      this.#open.delete(index);
      this.#finished.add(index);
    } else if (!this.#finished.has(index)) this.#open.add(index);
  }

  #readContent(content: Place, index: number, draft: Draft): void {
    const calls: ToolCall[] = [];
    const before = draft.texts.length;
    for (const { part, isThought } of readParts(content, 'assistant', calls)) {
      takePiece(part, isThought ? 'reasoning' : 'content', `candidates/${index}`, draft.texts);
    }
    for (const call of calls) {
      const key = `candidates/${index}/calls/${this.#calls++}`;
      draft.calls.push({ ...call, key, pointer: null, whole: true });
    }
    if (this.#finished.has(index) && (calls.length > 0 || draft.texts.length > before)) {
      throw content.malformed('parts', 'the candidate goes on after its end');
    }
  }
}

/** A text that continues the one of its candidate. An empty one says nothing. */
function takePiece(
  part: Place,
  channel: 'content' | 'reasoning',
  candidate: string,
  texts: StreamText[],
): void {
  const text = part.get('text');
  if (typeof text !== 'string') throw part.malformed('text', 'must be a string');
  part.skip('text');
  if (text === '') return;
  const key = `${candidate}/${channel}`;
  texts.push({ key, pointer: part.at('text'), text, origin: 'assistant', channel, whole: false });
}
