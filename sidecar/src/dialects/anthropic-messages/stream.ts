import type { Refusal, Usage } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamReader } from '../dialect.ts';
import { CutCharacters } from '../cut-characters.ts';
import { BodyReader, isLabel, isObject, parseFrame, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { StreamedCalls } from '../streamed-calls.ts';
import { ToolResults } from '../tool-results.ts';
import { ClientView } from '../client-view.ts';
import { Blocks, type Block } from './blocks.ts';
import { readBlock, readCitation, readCitations, readContent, type Gathered } from './content.ts';
import { Draft } from './draft.ts';
import { blockStop, errorEvent, messageStart, messageStop, ping, refusalDelta } from './render.ts';
import { MODEL_VOICE, readContainer, readUsage } from './reply.ts';
import { argumentsOf, callName, isCall, runsAtProvider } from './tools.ts';
import { argumentPiece } from '../argument-piece.ts';

/** The client's view once a frame is released. */
interface Seen {
  readonly model: string | null;
  readonly outputTokens: number | null;
  readonly started: boolean;
  readonly over: boolean;
  /** Indexes of the blocks that it saw start and not stop. */
  readonly open: readonly number[];
}

const NOTHING: readonly number[] = [];

/** Event names that SDKs define. */
const EVENTS: ReadonlySet<string> = new Set([
  'message_start',
  'message_delta',
  'message_stop',
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'completion',
  'ping',
  'error',
]);

/**
 * One streamed message: `message_start`, blocks, `message_delta`, `message_stop`, with `ping` and `error` in between.
 * https://docs.anthropic.com/en/api/messages-streaming. Events, blocks and deltas of unknown types are texts of the message or of their
 * block.
 */
export class MessageStream implements StreamReader {
  #model: string | null;
  #usage: Usage = { inputTokens: null, outputTokens: null };
  #started = false;
  /** Any part of the message arrived. Servers omit its end, and clients accept the end of the stream instead. */
  #begun = false;
  #over = false;
  readonly #blocks = new Blocks();
  #open = NOTHING;
  readonly #calls = new StreamedCalls();
  readonly #cut = new CutCharacters();
  readonly #told: ClientView<Seen>;

  constructor(model: string | null) {
    this.#model = model;
    this.#told = new ClientView<Seen>({
      model,
      outputTokens: null,
      started: false,
      over: false,
      open: NOTHING,
    });
  }

  read(frame: Frame): FrameContent {
    const draft = new Draft();
    const wasOver = this.#over;
    // Some servers end every stream as OpenAI does.
    if (frame.data !== '[DONE]') this.#read(frame, draft);
    const { outputTokens } = this.#usage;
    this.#told.read({
      ...{ model: this.#model, outputTokens, started: this.#started, over: this.#over },
      open: this.#open,
    });
    return {
      texts: draft.texts,
      calls: draft.calls,
      ended: draft.ended,
      mirrors: [],
      ...(draft.signed.length === 0 ? {} : { signed: draft.signed }),
      ...(draft.media.length === 0 ? {} : { media: draft.media }),
      ...(draft.references.length === 0 ? {} : { references: draft.references }),
      last: this.#over && !wasOver,
      model: this.#model,
      usage: draft.hasUsage ? this.#usage : null,
      finishReasons: draft.finishReasons,
      ...(draft.isDropped ? { dropped: true } : {}),
    };
  }

  complete(): boolean {
    return this.#begun;
  }

  rest(): Pick<FrameContent, 'calls' | 'ended'> {
    return this.#calls.closeAll();
  }

  finish(refusal: Refusal): string {
    const { model, outputTokens, started, over, open } = this.#told.now;
    if (over) return '';
    const start = started ? '' : messageStart(refusal, model);
    const stops = started ? open.map(blockStop).join('') : '';
    return start + stops + refusalDelta(refusal, outputTokens ?? 0) + messageStop();
  }

  raise(refusal: Refusal): string {
    return errorEvent(refusal);
  }

  heartbeat(): string {
    return ping();
  }

  released(): void {
    this.#told.released();
  }

  #read(frame: Frame, draft: Draft): void {
    const { value, cut } = parseFrame(frame.data);
    const reader = new BodyReader(value, 'reply');
    const { root } = reader;
    const type = root.label('type') ?? frame.event ?? '';
    // SDKs use the event's name and ignore unknown ones, others use the type: known names must agree.
    if (frame.event !== null && frame.event !== type && EVENTS.has(frame.event))
      throw new Malformed('/type', 'differs from the name of the event');
    // Clients consider the message complete and ignore more of it.
    draft.isDropped = this.#over && /^(?:message_start|message_delta|content_block_.*)$/.test(type);
    if (draft.isDropped) return;
    this.#readEvent(type, root, draft);
    reader.sweep('assistant');
    draft.addWhole(reader.segments);
    draft.media.push(...reader.media);
    draft.references.push(...reader.references);
    this.#cut.take(draft, cut);
  }

  #readEvent(type: string, root: Place, draft: Draft): void {
    this.#begun ||= type !== 'ping';
    switch (type) {
      case 'message_start':
        this.#startMessage(root.object('message'), draft);
        return;
      case 'content_block_start':
        this.#startBlock(root, draft);
        return;
      case 'content_block_delta':
        this.#readDelta(root, draft);
        return;
      case 'content_block_stop':
        this.#stopBlock(this.#blocks.stop(root), draft);
        return;
      case 'message_delta':
        this.#readMessageDelta(root, draft);
        return;
      case 'message_stop':
        this.#end(draft);
        return;
      default:
        // An error of the server, at which clients stop.
        if (type === 'error' || (type === '' && root.has('error'))) this.#end(draft);
    }
  }

  #end(draft: Draft): void {
    for (const block of this.#blocks.stopAll()) this.#stopBlock(block, draft);
    draft.close(this.#calls.closeAll());
    this.#over = true;
  }

  #startMessage(message: Place | null, draft: Draft): void {
    this.#started = true;
    if (message === null) return;
    this.#model = message.label('model') ?? this.#model;
    this.#addUsage(message.object('usage'), draft);
    readContainer(message);
    const gathered: Gathered = { calls: [], offers: [], results: new ToolResults() };
    readContent(message, 'content', MODEL_VOICE, gathered);
    for (const { pointer, ...call } of gathered.calls) draft.close(this.#calls.whole(pointer.slice(1), call));
  }

  #startBlock(root: Place, draft: Draft): void {
    const content = root.object('content_block');
    const type = content?.label('type') ?? '';
    const block = this.#blocks.start(root, isCall(type));
    this.#open = this.#blocks.open;
    if (content === null) return;
    if (block.isCall) {
      const text = argumentsOf(content);
      const call = { name: callName(content), form: 'json', arguments: text === '{}' ? '' : text } as const;
      draft.calls.push(...this.#calls.open(block.key, { ...call, atProvider: runsAtProvider(content) }));
    } else if (type === 'text') {
      draft.takePiece(content, 'text', block, 'content');
      readCitations(content);
    } else if (type === 'thinking') {
      draft.takePiece(content, 'thinking', block, 'reasoning');
      draft.takeSignature(content, block);
    } else if (type === 'compaction') {
      draft.takePiece(content, 'content', block, 'content');
      content.medium('encrypted_content', 'opaque');
      draft.takeSignature(content, block);
    } else this.#startOther(content, block, draft);
  }

  /** A block that arrives whole, or of an unknown type: its texts may continue in deltas. */
  #startOther(content: Place, block: Block, draft: Draft): void {
    const gathered: Gathered = { calls: [], offers: [], results: new ToolResults() };
    readBlock(content, MODEL_VOICE, gathered);
    for (const call of gathered.calls) draft.close(this.#calls.whole(block.key, call));
    for (const key of unclaimed(content)) draft.takePiece(content, key, block, 'content');
  }

  #readDelta(root: Place, draft: Draft): void {
    const delta = root.object('delta');
    const block = this.#blocks.of(root);
    this.#open = this.#blocks.open;
    if (delta === null) return;
    const type = delta.label('type') ?? '';
    switch (type) {
      case 'text_delta':
        draft.takePiece(delta, 'text', block, 'content');
        return;
      case 'thinking_delta':
        draft.takePiece(delta, 'thinking', block, 'reasoning');
        return;
      case 'compaction_delta':
        draft.takePiece(delta, 'content', block, 'content');
        delta.medium('encrypted_content', 'opaque');
        return;
      case 'input_json_delta':
        this.#readInput(delta, block, draft);
        return;
      case 'signature_delta':
        draft.takeSignature(delta, block);
        return;
      case 'citations_delta':
        if (isObject(delta.get('citation'))) readCitation(delta.requiredObject('citation'));
        return;
      default:
        for (const key of unclaimed(delta)) draft.takePiece(delta, key, block, 'content');
        draft.calls.push(...this.#calls.wait(block.key, JSON.stringify(delta.value).length));
    }
  }

  /** Arguments count inside a call; clients ignore others, which are texts here. */
  #readInput(delta: Place, block: Block, draft: Draft): void {
    if (block.isStarted && !block.isCall) {
      draft.takePiece(delta, 'partial_json', block, 'content');
      return;
    }
    const { text, pointer } = argumentPiece(delta, 'partial_json');
    if (text !== '') draft.calls.push(...this.#calls.add(block.key, pointer, text, 'json'));
  }

  #stopBlock(block: Block | null, draft: Draft): void {
    this.#open = this.#blocks.open;
    if (block === null) return;
    draft.close(this.#calls.close(block.key));
    draft.ended.push(...block.texts);
  }

  #readMessageDelta(root: Place, draft: Draft): void {
    const delta = root.object('delta');
    if (delta !== null) readContainer(delta);
    const reason = delta?.label('stop_reason') ?? null;
    if (reason !== null) {
      draft.finishReasons.push(reason);
      draft.close(this.#calls.closeAll());
    }
    this.#addUsage(root.object('usage'), draft);
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

/** Members with text that the reader did not claim. */
function unclaimed(place: Place): readonly string[] {
  return Object.keys(place.value).filter((key) => {
    const value = place.value[key];
    return typeof value === 'string' && !place.knows(key) && !(key === 'id' && isLabel(value));
  });
}
