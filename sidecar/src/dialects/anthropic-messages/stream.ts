import type { Refusal, Usage } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamCall, StreamReader, StreamText } from '../dialect.ts';
import { BodyReader, parseObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { Told } from '../told.ts';
import { readBlock, readCitation, type Gathered } from './content.ts';
import { blockStop, errorEvent, messageStart, messageStop, refusalDelta } from './render.ts';
import { MODEL_VOICE, readMessageHead, readUsage } from './reply.ts';
import { SeenMessage } from './seen-message.ts';
import { callName, readCall } from './tools.ts';

/** What a block may still get in deltas. */
type BlockKind = 'text' | 'thinking' | 'call' | 'compaction' | 'whole';

/** Grows while a frame is read; becomes its `FrameContent`. */
interface Draft {
  readonly texts: StreamText[];
  readonly calls: StreamCall[];
  readonly ended: string[];
  readonly finishReasons: string[];
  last: boolean;
  hasUsage: boolean;
}

/**
 * One streamed message: `message_start`, blocks, `message_delta`, `message_stop`, with `ping` and `error` in between.
 * https://docs.anthropic.com/en/api/messages-streaming. Blocks may overlap: some servers close all of them at the end.
 */
export class MessageStream implements StreamReader {
  #model: string | null;
  #usage: Usage = { inputTokens: null, outputTokens: null };
  #started = false;
  #stopped = false;
  readonly #open = new Map<number, BlockKind>();
  readonly #used = new Set<number>();
  readonly #seen = new SeenMessage();
  readonly #told: Told<{ readonly model: string | null; readonly outputTokens: number | null }>;

  constructor(model: string | null) {
    this.#model = model;
    this.#told = new Told({ model, outputTokens: null });
  }

  read(frame: Frame): FrameContent {
    const reader = new BodyReader(parseObject(frame.data));
    const type = reader.root.requiredLabel('type');
    // SDKs go by the event's name and others by the type: both must mean the same.
    if (frame.event !== type) throw new Malformed('/type', 'differs from the name of the event');
    const draft: Draft = { texts: [], calls: [], ended: [], finishReasons: [], last: false, hasUsage: false };
    this.#readEvent(type, reader.root, draft);
    reader.sweep('assistant');
    for (const { pointer, text, origin, channel } of reader.segments) {
      draft.texts.push({ key: pointer, pointer, text, origin, channel, whole: true });
    }
    this.#told.read({ model: this.#model, outputTokens: this.#usage.outputTokens });
    return {
      texts: draft.texts,
      calls: draft.calls,
      ended: draft.ended,
      mirrors: [],
      last: draft.last,
      model: this.#model,
      usage: draft.hasUsage ? this.#usage : null,
      finishReasons: draft.finishReasons,
    };
  }

  complete(): boolean {
    return this.#stopped;
  }

  finish(refusal: Refusal): string {
    const seen = this.#seen;
    if (seen.stopped) return '';
    const { model, outputTokens } = this.#told.now;
    const start = seen.started ? '' : messageStart(refusal, model);
    const stops = seen.open.map(blockStop).join('');
    return start + stops + refusalDelta(refusal, outputTokens ?? 0) + messageStop();
  }

  raise(refusal: Refusal): string {
    return errorEvent(refusal);
  }

  released(frame: Frame): void {
    this.#seen.note(frame);
    this.#told.released();
  }

  #readEvent(type: string, root: Place, draft: Draft): void {
    if (type === 'ping') return;
    if (type === 'error') {
      root.object('error')?.text('message', 'assistant', 'metadata');
      return;
    }
    if (this.#stopped) throw new Malformed('/type', 'an event after message_stop');
    if (this.#started === (type === 'message_start')) {
      throw new Malformed('/type', 'message_start must come first, and once');
    }
    switch (type) {
      case 'message_start':
        this.#startMessage(root.requiredObject('message'), draft);
        return;
      case 'content_block_start':
        this.#startBlock(root, draft);
        return;
      case 'content_block_delta':
        this.#readDelta(root, draft);
        return;
      case 'content_block_stop': {
        const index = this.#openIndex(root);
        this.#open.delete(index);
        draft.ended.push(keyOf(index));
        return;
      }
      case 'message_delta':
        this.#readMessageDelta(root, draft);
        return;
      case 'message_stop':
        if (this.#open.size > 0) throw new Malformed('/type', 'message_stop while a content block is open');
        this.#stopped = true;
        draft.last = true;
        return;
      default:
        throw new Malformed('/type', 'unknown event');
    }
  }

  #startMessage(message: Place, draft: Draft): void {
    readMessageHead(message);
    if ((message.array('content') ?? []).length > 0) throw message.malformed('content', 'must be empty');
    this.#started = true;
    this.#model = message.label('model') ?? this.#model;
    this.#addUsage(message.object('usage'), draft);
  }

  #startBlock(root: Place, draft: Draft): void {
    const index = root.count('index');
    if (index === null) throw root.malformed('index', 'a number is required');
    if (this.#used.has(index)) throw root.malformed('index', 'used twice');
    this.#used.add(index);
    const block = root.requiredObject('content_block');
    const kind = kindOf(block.requiredLabel('type'));
    const whole = kind === 'whole' || (kind === 'call' && hasInput(block));
    this.#open.set(index, whole ? 'whole' : kind);
    if (!whole) {
      startPiece(kind, block, keyOf(index), draft);
      return;
    }
    const gathered: Gathered = { calls: [], offers: [] };
    if (kind === 'call') gathered.calls.push(readCall(block));
    else readBlock(block, MODEL_VOICE, gathered);
    for (const call of gathered.calls) {
      draft.calls.push({ ...call, key: keyOf(index), pointer: null, whole: true });
    }
  }

  #readDelta(root: Place, draft: Draft): void {
    const index = this.#openIndex(root);
    const kind = this.#open.get(index);
    const delta = root.requiredObject('delta');
    const key = keyOf(index);
    const type = delta.requiredLabel('type');
    if (kind !== DELTA_OF[type]) throw delta.malformed('type', 'does not fit the content block');
    switch (type) {
      case 'text_delta':
        takePiece(delta, 'text', key, 'content', draft);
        return;
      case 'thinking_delta':
        takePiece(delta, 'thinking', key, 'reasoning', draft);
        return;
      case 'compaction_delta':
        takePiece(delta, 'content', key, 'content', draft);
        delta.seal('encrypted_content');
        return;
      case 'input_json_delta': {
        const piece = takeString(delta, 'partial_json');
        const pointer = delta.at('partial_json');
        if (piece !== '') draft.calls.push({ key, pointer, name: null, arguments: piece, whole: false });
        return;
      }
      case 'signature_delta':
        delta.seal('signature');
        return;
      default:
        readCitation(delta.requiredObject('citation'));
    }
  }

  #readMessageDelta(root: Place, draft: Draft): void {
    const delta = root.requiredObject('delta');
    const reason = delta.label('stop_reason');
    if (reason !== null) draft.finishReasons.push(reason);
    this.#addUsage(root.object('usage'), draft);
  }

  #openIndex(root: Place): number {
    const index = root.count('index');
    if (index === null || !this.#open.has(index)) throw root.malformed('index', 'no such open content block');
    return index;
  }

  #addUsage(usage: Place | null, draft: Draft): void {
    const { inputTokens, outputTokens } = readUsage(usage);
    this.#usage = {
      inputTokens: inputTokens ?? this.#usage.inputTokens,
      outputTokens: outputTokens ?? this.#usage.outputTokens,
    };
    draft.hasUsage = true;
  }
}

const DELTA_OF: Readonly<Record<string, BlockKind>> = {
  text_delta: 'text',
  citations_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'thinking',
  input_json_delta: 'call',
  compaction_delta: 'compaction',
};

function kindOf(type: string): BlockKind {
  switch (type) {
    case 'text':
    case 'thinking':
    case 'compaction':
      return type;
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return 'call';
    default:
      return 'whole';
  }
}

/** Arguments in the first event already; usually it has `{}` and deltas follow. */
function hasInput(block: Place): boolean {
  const input = block.object('input');
  return input !== null && Object.keys(input.value).length > 0;
}

/** A text or call whose first event has its head and, for texts, perhaps a first piece. */
function startPiece(kind: BlockKind, block: Place, key: string, draft: Draft): void {
  if (kind === 'call') {
    draft.calls.push({ key, pointer: null, name: callName(block), arguments: '', whole: false });
    return;
  }
  const channel = kind === 'thinking' ? 'reasoning' : 'content';
  const member = kind === 'compaction' ? 'content' : kind;
  takePiece(block, member, key, channel, draft);
  block.seal('signature');
  block.objects('citations').forEach(readCitation);
}

/** An empty piece says nothing, and its member may be absent. */
function takePiece(
  place: Place,
  member: string,
  key: string,
  channel: 'content' | 'reasoning',
  { texts }: Draft,
): void {
  const text = takeString(place, member);
  if (text === '') return;
  texts.push({ key, pointer: place.at(member), text, origin: 'assistant', channel, whole: false });
}

/** A string that is not a segment of its own but a piece of a running text; absent and null are empty. */
function takeString(place: Place, member: string): string {
  const value = place.get(member) ?? '';
  if (typeof value !== 'string') throw place.malformed(member, 'must be a string');
  place.skip(member);
  return value;
}

function keyOf(index: number): string {
  return `content/${index}`;
}
