import type { Prompt, Refusal } from '../../exchange/index.ts';
import { SILENT, type Frame, type FrameContent, type StreamReader } from '../dialect.ts';
import { argumentPiece } from '../argument-piece.ts';
import { CutCharacters } from '../cut-characters.ts';
import { BodyReader, isObject, parseFrame, type Place } from '../json/index.ts';
import { readUsage } from '../openai/usage.ts';
import { StreamedCalls } from '../streamed-calls.ts';
import { ToolResults } from '../tool-results.ts';
import { formOf, namedCall, type ItemCall } from './calls.ts';
import { readPart } from './content.ts';
import { Draft } from './draft.ts';
import {
  ARGUMENTS,
  continuesResponse,
  HEARTBEATS,
  MEDIA,
  streamedBelow,
  TERMINAL,
  TEXTS,
  typeOf,
  type TextKind,
} from './events.ts';
import { readItem } from './items.ts';
import { OpenTexts } from './open-texts.ts';
import { argumentsChange } from './released-output.ts';
import { readResponse } from './response-object.ts';
import { DeltaTexts } from './delta-texts.ts';
import { SeenResponse } from './seen-response.ts';
import { positionOf, Slots, type Slot } from './slots.ts';

/**
 * Reads the events of a streamed response, https://platform.openai.com/docs/api-reference/responses-streaming. Texts in events of unknown
 * types are read and the events forwarded: deltas as a running text, others each alone.
 */
export class ResponseStream implements StreamReader {
  readonly #prompt: Prompt;
  readonly #slots = new Slots();
  readonly #calls = new StreamedCalls();
  readonly #seen = new SeenResponse();
  readonly #said = new DeltaTexts();
  readonly #texts = new OpenTexts();
  readonly #cut = new CutCharacters();
  /** Any event arrived. Servers omit the last event, and clients accept the end of the stream instead. */
  #begun = false;
  #over = false;

  constructor(prompt: Prompt) {
    this.#prompt = prompt;
  }

  read(frame: Frame): FrameContent {
    if (frame.data === '[DONE]') return this.#end(frame);
    const { value, cut } = parseFrame(frame.data);
    const reader = new BodyReader(value, 'reply');
    const { root } = reader;
    const type = typeOf(root, frame.event);
    const draft = new Draft();
    const wasOver = this.#over;
    // Clients consider the response complete and ignore more of it.
    if (this.#over && continuesResponse(type, root)) return this.#drop(frame);
    this.#event(type, root, draft);
    reader.segments.push(...draft.repetitions.segments);
    reader.sweep('assistant');
    this.#tell(frame, positionOf(root, 'sequence_number'), draft);
    const texts = [...draft.textsOf(reader), ...draft.tokens];
    const { calls } = draft;
    this.#cut.take({ texts, calls }, cut);
    return {
      texts,
      calls,
      ended: draft.ended,
      mirrors: draft.repetitions.mirrors,
      ...(reader.media.length === 0 ? {} : { media: reader.media }),
      ...(reader.references.length === 0 ? {} : { references: reader.references }),
      last: this.#over && !wasOver,
      model: draft.model,
      usage: draft.usage,
      finishReasons: draft.finishReasons,
    };
  }

  complete(): boolean {
    return this.#begun || this.#over;
  }

  rest(): Pick<FrameContent, 'calls' | 'ended'> {
    return this.#calls.closeAll();
  }

  released(frame: Frame): void {
    this.#seen.released(frame);
  }

  finish(refusal: Refusal): string {
    return this.#seen.finish(refusal, this.#prompt.model);
  }

  raise(refusal: Refusal): string {
    return this.#seen.raise(refusal);
  }

  /** Some servers end every stream like this. It is the end for the client too, whatever is open. */
  #end(frame: Frame): FrameContent {
    const draft = new Draft();
    const wasOver = this.#over;
    this.#over = true;
    draft.close(this.#calls.closeAll());
    this.#tell(frame, null, draft);
    const { calls, ended } = draft;
    return { ...SILENT, calls, ended, last: !wasOver };
  }

  #drop(frame: Frame): FrameContent {
    this.#tell(frame, null, new Draft());
    return { ...SILENT, dropped: true };
  }

  #tell({ data }: Frame, sequence: number | null, { created, change }: Draft): void {
    this.#seen.read({ data, sequence, created, change, over: this.#over });
  }

  #event(type: string, event: Place, draft: Draft): void {
    this.#begun ||= !HEARTBEATS.has(type);
    const stem = type.replace(/\.(delta|done)$/, '');
    const kind = TEXTS.get(stem);
    const isDelta = type === `${stem}.delta`;
    const isDone = type === `${stem}.done`;
    const carriesItem = isObject(event.get('item'));
    if (event.has('response')) this.#response(type, event.requiredObject('response'), draft);
    else if (kind !== undefined && isDelta) this.#delta(kind, event, draft);
    else if (kind !== undefined && isDone) this.#textDone(kind, event, draft);
    else if (ARGUMENTS.has(stem) && isDelta) this.#argumentsDelta(event, draft);
    else if (ARGUMENTS.has(stem) && isDone) this.#argumentsDone(event, draft);
    else if (carriesItem) this.#item(type, event, draft);
    else this.#other(type, event, draft);
    if (TERMINAL.has(type)) this.#terminal(draft);
  }

  #other(type: string, event: Place, draft: Draft): void {
    if (type === 'error' || (!type.startsWith('response.') && event.has('error'))) {
      this.#over = true;
      draft.close(this.#calls.closeAll());
      return;
    }
    if (isObject(event.get('part'))) {
      this.#part(type, event, draft);
      return;
    }
    const medium = MEDIA.get(type);
    if (medium !== undefined) {
      draft.repetitions.mirrors.push(...(event.has(medium.key) ? [event.at(medium.key)] : []));
      event.medium(medium.key, medium.kind);
    } else if (type === 'response.output_text.annotation.added') {
      event.leaves('annotation', 'document', 'citation');
    } else if (type.endsWith('.delta')) {
      this.#unknownDelta(type.slice(0, -'.delta'.length), event, draft);
    }
    if (positionOf(event) !== null || event.has('item_id')) this.#wait(event, draft);
  }

  /** An event about a call that is not judged yet is held back with it. */
  #wait(event: Place, draft: Draft): void {
    const { key } = this.#slots.of(event);
    draft.calls.push(...this.#calls.wait(key, JSON.stringify(event.value).length));
  }

  #unknownDelta(stem: string, event: Place, draft: Draft): void {
    if (typeof event.get('delta') !== 'string') return;
    const key = `${this.#slots.of(event).key}/${streamedBelow(stem, event)}`;
    this.#piece(key, event, 'content', draft);
  }

  #piece(key: string, event: Place, channel: TextKind['channel'], draft: Draft): string {
    if (!this.#texts.open(key)) throw event.malformed('delta', 'a text continues after its end');
    draft.running = key;
    const text = event.text('delta', 'assistant', channel) ?? '';
    this.#said.add(key, text);
    for (const tokens of draft.takeTokens(event, key)) this.#texts.open(tokens);
    return text;
  }

  #part(type: string, event: Place, draft: Draft): void {
    const part = event.requiredObject('part');
    readPart(part, { origin: 'assistant', channel: 'content' }, draft.repetitions);
    const slot = this.#slots.of(event);
    const member = event.has('summary_index') || type.includes('summary') ? 'summary' : 'content';
    const at = positionOf(event, `${member}_index`) ?? 0;
    draft.change = { kind: 'part', index: slot.index, member, at };
    if (type.endsWith('.done'))
      this.#said.checkPart(`${slot.key}/${member}/${at}`, part.value, event, 'part');
    this.#wait(event, draft);
  }

  #delta(kind: TextKind, event: Place, draft: Draft): void {
    const slot = this.#slots.of(event);
    const text = this.#piece(`${slot.key}/${kind.below(event)}`, event, kind.channel, draft);
    draft.change = kind.change(event, slot.index, text, false);
    if (kind.field === 'input')
      draft.calls.push(...this.#calls.add(slot.key, event.at('delta'), text, 'custom'));
  }

  #textDone(kind: TextKind, event: Place, draft: Draft): void {
    const slot = this.#slots.of(event);
    const key = `${slot.key}/${kind.below(event)}`;
    draft.ended.push(...this.#texts.end(key));
    const text = event.text(kind.field, 'assistant', kind.channel);
    this.#said.check(key, text, event, kind.field);
    draft.repetitions.take(event);
    if (text !== null) draft.change = kind.change(event, slot.index, text, true);
    if (kind.field === 'input') this.#again(slot, JSON.stringify({ input: text ?? '' }), event, draft);
  }

  #argumentsDelta(event: Place, draft: Draft): void {
    const slot = this.#slots.of(event);
    const { text, pointer } = argumentPiece(event, 'delta');
    draft.calls.push(...this.#calls.add(slot.key, pointer, text, 'json'));
    draft.change = argumentsChange(slot.index, text, false);
  }

  #argumentsDone(event: Place, draft: Draft): void {
    const slot = this.#slots.of(event);
    const text = event.argumentText('arguments', 'assistant');
    draft.change = argumentsChange(slot.index, text, true);
    this.#again(slot, text, event, draft);
  }

  /** The arguments as repeated by their end. The name may be included, without the namespace of the item. */
  #again({ key }: Slot, text: string, event: Place, draft: Draft): void {
    const known = this.#calls.name(key);
    const named = event.label('name');
    if (known !== null && named !== null && known !== named && !known.endsWith(`.${named}`))
      throw event.malformed('name', 'a call has two names');
    const name = known ?? named;
    if (name !== null) draft.close(this.#calls.whole(key, { name, arguments: text }));
    else if (!this.#calls.knows(key))
      draft.calls.push(...this.#calls.add(key, event.at('arguments'), text, 'json'));
  }

  #item(type: string, event: Place, draft: Draft): void {
    if (type === 'response.output_item.added') this.#itemAdded(event, draft);
    else this.#itemDone(event, draft);
  }

  #itemAdded(event: Place, draft: Draft): void {
    const item = event.requiredObject('item');
    const slot = this.#slots.announce(event, item);
    draft.change = { kind: 'item', index: slot.index, done: false };
    const call = readItem(item, {
      offers: [],
      repetitions: draft.repetitions,
      results: new ToolResults(),
    });
    if (call === null) return;
    const form = formOf(item.label('type'));
    draft.calls.push(...this.#calls.open(slot.key, { ...call, form }));
  }

  /** The end of an item, or another event with one. */
  #itemDone(event: Place, draft: Draft): void {
    const item = event.requiredObject('item');
    const slot = this.#slots.of(event, item);
    const call = readItem(item, {
      offers: [],
      repetitions: draft.repetitions,
      results: new ToolResults(),
    });
    draft.change = { kind: 'item', index: slot.index, done: true };
    this.#said.checkItem(slot.key, item);
    slot.done = true;
    if (call === null) draft.close(this.#calls.close(slot.key));
    else this.#wholeCall(slot.key, call, draft);
    draft.ended.push(...this.#texts.end(slot.key));
  }

  #wholeCall(key: string, call: ItemCall, draft: Draft): void {
    const named = namedCall({ ...call, name: call.name ?? this.#calls.name(key) });
    if (named !== null) draft.close(this.#calls.whole(key, named));
  }

  #response(type: string, response: Place, draft: Draft): void {
    const items = readResponse(response, this.#prompt, draft.repetitions);
    draft.model = response.label('model');
    draft.usage = readUsage(response);
    this.#seen.count(draft.usage);
    const createdAt = response.get('created_at');
    this.#seen.name({
      id: response.label('id') ?? '',
      created_at: typeof createdAt === 'number' ? createdAt : 0,
      model: draft.model ?? '',
    });
    draft.created = true;
    if (!TERMINAL.has(type)) return;
    const status = response.label('status');
    if (status !== null) draft.finishReasons.push(status);
    items.forEach(({ place, call }, index) => {
      const { key } = this.#slots.at(index, place);
      this.#said.checkItem(key, place);
      if (call !== null) this.#wholeCall(key, call, draft);
    });
  }

  #terminal(draft: Draft): void {
    draft.close(this.#calls.closeAll());
    this.#over = true;
  }
}
