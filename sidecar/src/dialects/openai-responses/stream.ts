import type { Prompt, Refusal, ToolCall, Usage } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamCall, StreamReader, StreamText } from '../dialect.ts';
import { BodyReader, parseObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { mirrorsOf } from '../openai/mirrors.ts';
import { readUsage } from '../openai/usage.ts';
import { readPart } from './content.ts';
import {
  ARGUMENTS,
  MEDIA,
  PARTS,
  outputIndex,
  outputKey,
  PROGRESS,
  RESPONSES,
  TERMINAL,
  TEXTS,
  type TextKind,
} from './events.ts';
import { readItem } from './items.ts';
import { readResponse } from './response-object.ts';
import { SeenResponse, type Told } from './seen-response.ts';
import { StreamedCalls } from './streamed-call.ts';

/** What an event adds, apart from the texts that its reader collects. */
interface Gathered {
  readonly calls: StreamCall[];
  readonly ended: string[];
  readonly mirrors: string[];
  /** Key of the running text whose piece is in `delta`. */
  running: string | null;
  model: string | null;
  usage: Usage | null;
  readonly finishReasons: string[];
  told: Partial<Told>;
}

/** Reads the events of a streamed response. */
export class ResponseStream implements StreamReader {
  readonly #prompt: Prompt;
  readonly #calls = new StreamedCalls();
  readonly #seen = new SeenResponse();
  /** Running texts: true while open. */
  readonly #texts = new Map<string, boolean>();
  #over = false;
  #done = false;

  constructor(prompt: Prompt) {
    this.#prompt = prompt;
  }

  read(frame: Frame): FrameContent {
    if (this.#done) throw new Malformed('stream', 'goes on after its end');
    if (frame.data === '[DONE]') return this.#end();
    if (this.#over) throw new Malformed('stream', 'goes on after its end');
    const reader = new BodyReader(parseObject(frame.data));
    const { root } = reader;
    const type = root.requiredLabel('type');
    if (frame.event !== null && frame.event !== type)
      throw root.malformed('type', 'is not the event of the frame');
    const gathered: Gathered = {
      calls: [],
      ended: [],
      mirrors: [],
      running: null,
      model: null,
      usage: null,
      finishReasons: [],
      told: {},
    };
    this.#event(type, root, gathered);
    const sequence = root.count('sequence_number') ?? 0;
    reader.sweep('assistant');
    this.#seen.read({
      sequence,
      created: false,
      opened: null,
      closed: null,
      over: this.#over,
      ...gathered.told,
    });
    const { calls, ended, mirrors, model, usage, finishReasons } = gathered;
    return {
      texts: textsOf(reader, gathered.running),
      calls,
      ended,
      mirrors,
      last: this.#over,
      model,
      usage,
      finishReasons,
    };
  }

  complete(): boolean {
    return this.#over;
  }

  released(): void {
    this.#seen.released();
  }

  finish(refusal: Refusal): string {
    return this.#seen.finish(refusal, this.#prompt.model);
  }

  raise(refusal: Refusal): string {
    return this.#seen.raise(refusal);
  }

  /** Some servers end every stream like this. */
  #end(): FrameContent {
    if (!this.#over) throw new Malformed('stream', 'ends before the response does');
    this.#done = true;
    this.#seen.read({ sequence: null, created: false, opened: null, closed: null, over: true });
    return {
      texts: [],
      calls: [],
      ended: [],
      mirrors: [],
      last: true,
      model: null,
      usage: null,
      finishReasons: [],
    };
  }

  #event(type: string, event: Place, gathered: Gathered): void {
    const stem = type.replace(/\.(delta|done)$/, '');
    const kind = TEXTS.get(stem);
    const isDelta = type === `${stem}.delta`;
    if (type === stem) this.#state(type, event, gathered);
    else if (kind !== undefined && isDelta) this.#delta(kind, event, gathered);
    else if (kind !== undefined) this.#textDone(kind, event, gathered);
    else if (ARGUMENTS.has(stem) && isDelta) this.#argumentsDelta(event, gathered);
    else if (ARGUMENTS.has(stem)) this.#argumentsDone(event, gathered);
    else if (type === 'response.output_item.done') this.#itemDone(event, gathered);
    else if (PARTS.has(type)) this.#part(event, gathered);
    else this.#other(type, event, gathered);
  }

  #state(type: string, event: Place, gathered: Gathered): void {
    if (RESPONSES.has(type)) this.#response(type, event, gathered);
    else if (type === 'response.output_item.added') this.#itemAdded(event, gathered);
    else if (PARTS.has(type)) this.#part(event, gathered);
    else if (type === 'error') this.#over = true;
    else this.#other(type, event, gathered);
  }

  #other(type: string, event: Place, gathered: Gathered): void {
    const medium = MEDIA.get(type);
    if (medium !== undefined) gathered.mirrors.push(...mirrorsOf(event, medium));
    else if (type === 'response.output_text.annotation.added')
      event.leaves('annotation', 'document', 'citation');
    else if (!PROGRESS.has(type)) throw event.malformed('type', 'unknown event');
  }

  #part(event: Place, gathered: Gathered): void {
    gathered.mirrors.push(
      ...readPart(event.requiredObject('part'), { origin: 'assistant', channel: 'content' }),
    );
  }

  #delta(kind: TextKind, event: Place, gathered: Gathered): void {
    const key = kind.key(event);
    if (this.#texts.get(key) === false) throw event.malformed('delta', 'a text goes on after its end');
    this.#texts.set(key, true);
    const piece = event.requiredText('delta', 'assistant', kind.channel);
    gathered.running = key;
    gathered.mirrors.push(...mirrorsOf(event, 'logprobs'));
    if (kind.field === 'input')
      gathered.calls.push(...this.#calls.add(outputIndex(event), event.at('delta'), piece));
  }

  #textDone(kind: TextKind, event: Place, gathered: Gathered): void {
    const key = kind.key(event);
    this.#texts.set(key, false);
    gathered.ended.push(key);
    const text = event.text(kind.field, 'assistant', kind.channel);
    gathered.mirrors.push(...mirrorsOf(event, 'logprobs'));
    if (kind.field !== 'input') return;
    const index = outputIndex(event);
    this.#close(index, gathered);
    this.#again(index, JSON.stringify({ input: text ?? '' }), event, gathered);
  }

  #argumentsDelta(event: Place, gathered: Gathered): void {
    gathered.calls.push(
      ...this.#calls.add(outputIndex(event), event.at('delta'), event.piece('delta') ?? ''),
    );
  }

  #argumentsDone(event: Place, gathered: Gathered): void {
    const index = outputIndex(event);
    this.#close(index, gathered);
    this.#again(index, event.argumentText('arguments', 'assistant'), event, gathered);
  }

  /** The arguments as their end repeats them. */
  #again(index: number, text: string, event: Place, gathered: Gathered): void {
    const name = this.#calls.name(index);
    if (name === null) throw event.malformed('output_index', 'a call that was not announced');
    gathered.calls.push(...this.#calls.whole(index, { name, arguments: text }));
  }

  #itemAdded(event: Place, gathered: Gathered): void {
    const index = outputIndex(event);
    const item = event.requiredObject('item');
    const call = this.#item(item, gathered);
    gathered.told = { opened: { index, item: labelsOf(item) } };
    if (call === null) return;
    const custom = item.label('type') === 'custom_tool_call';
    const awaited = custom ? (item.get('input') ?? '') === '' : call.arguments === '';
    gathered.calls.push(
      ...(awaited ? this.#calls.open(index, call.name, custom) : this.#calls.whole(index, call)),
    );
  }

  #itemDone(event: Place, gathered: Gathered): void {
    const index = outputIndex(event);
    const call = this.#item(event.requiredObject('item'), gathered);
    gathered.told = { closed: index };
    this.#close(index, gathered);
    if (call !== null) gathered.calls.push(...this.#calls.whole(index, call));
    for (const [key, open] of this.#texts) {
      if (!open || !key.startsWith(`${outputKey(index)}/`)) continue;
      this.#texts.set(key, false);
      gathered.ended.push(key);
    }
  }

  #item(item: Place, gathered: Gathered): ToolCall | null {
    return readItem(item, { offers: [], mirrors: gathered.mirrors });
  }

  #close(index: number, gathered: Gathered): void {
    const closed = this.#calls.close(index);
    gathered.calls.push(...closed.calls);
    gathered.ended.push(...closed.ended);
  }

  #response(type: string, event: Place, gathered: Gathered): void {
    const response = event.requiredObject('response');
    const { calls, mirrors } = readResponse(response, this.#prompt);
    gathered.mirrors.push(...mirrors);
    gathered.model = response.label('model');
    gathered.usage = readUsage(response);
    const createdAt = response.get('created_at');
    this.#seen.name({
      id: response.label('id') ?? '',
      created_at: typeof createdAt === 'number' ? createdAt : 0,
      model: gathered.model ?? '',
    });
    gathered.told = { created: true };
    if (!TERMINAL.has(type)) return;
    const status = response.label('status');
    if (status !== null) gathered.finishReasons.push(status);
    calls.forEach((call, index) => {
      if (call === null) return;
      this.#close(index, gathered);
      gathered.calls.push(...this.#calls.whole(index, call));
    });
    this.#over = true;
  }
}

function textsOf(reader: BodyReader, running: string | null): readonly StreamText[] {
  return reader.segments.map((segment) => {
    const isPiece = running !== null && segment.pointer === '/delta';
    return { ...segment, key: isPiece ? running : segment.pointer.slice(1), whole: !isPiece };
  });
}

/** The members of an item by which a client knows it, for the event that will close it. */
function labelsOf(item: Place): Readonly<Record<string, string>> {
  const labels = ['id', 'type', 'role'].map((key) => [key, item.get(key)] as const);
  return Object.fromEntries(
    labels.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
  );
}
