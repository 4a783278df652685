import type { Prompt, Refusal } from '../../exchange/index.ts';
import type { Frame, FrameContent, StreamReader, StreamText } from '../dialect.ts';
import { BodyReader, isObject, parseObject, type Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { readUsage } from '../openai/usage.ts';
import { StreamedCalls } from '../streamed-calls.ts';
import { formOf } from './calls.ts';
import { readPart } from './content.ts';
import { Draft } from './draft.ts';
import { ARGUMENTS, MEDIA, streamedBelow, TERMINAL, TEXTS, type TextKind } from './events.ts';
import { readItem } from './items.ts';
import { readResponse } from './response-object.ts';
import { SaidTexts } from './said-texts.ts';
import { SeenResponse } from './seen-response.ts';
import { positionOf, Slots, type Slot } from './slots.ts';

/**
 * Reads the events of a streamed response, https://platform.openai.com/docs/api-reference/responses-streaming. Events of types that are not
 * known are read for what they say and passed: as a running text where they are deltas, each text by itself otherwise.
 */
export class ResponseStream implements StreamReader {
  readonly #prompt: Prompt;
  readonly #slots = new Slots();
  readonly #calls = new StreamedCalls();
  readonly #seen = new SeenResponse();
  readonly #said = new SaidTexts();
  /** Running texts: true while open. */
  readonly #texts = new Map<string, boolean>();
  #over = false;

  constructor(prompt: Prompt) {
    this.#prompt = prompt;
  }

  read(frame: Frame): FrameContent {
    if (frame.data === '[DONE]') return this.#end(frame);
    const reader = new BodyReader(parseObject(frame.data), 'reply');
    const { root } = reader;
    const type = typeOf(root, frame.event);
    const draft = new Draft();
    const wasOver = this.#over;
    this.#event(type, root, draft);
    reader.segments.push(...draft.repetitions.segments);
    reader.sweep('assistant');
    this.#tell(frame, sequenceOf(root), draft);
    return {
      texts: [...textsOf(reader, draft.running), ...draft.tokens],
      calls: draft.calls,
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

  /** Without a last event, a response is complete when each of its items is. */
  complete(): boolean {
    return this.#over || (this.#slots.over && ![...this.#texts.values()].includes(true));
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

  /** Some servers end every stream like this. It is the client's end too, whatever is open. */
  #end(frame: Frame): FrameContent {
    const draft = new Draft();
    const wasOver = this.#over;
    this.#over = true;
    draft.close(this.#calls.closeAll());
    this.#tell(frame, null, draft);
    const { calls, ended } = draft;
    return {
      ...{ texts: [], calls, ended, mirrors: [], finishReasons: [] },
      ...{ last: !wasOver, model: null, usage: null },
    };
  }

  #tell({ data }: Frame, sequence: number | null, { created, change }: Draft): void {
    this.#seen.read({ data, sequence, created, change, over: this.#over });
  }

  #event(type: string, event: Place, draft: Draft): void {
    const stem = type.replace(/\.(delta|done)$/, '');
    const kind = TEXTS.get(stem);
    const isDelta = type === `${stem}.delta`;
    const isDone = type === `${stem}.done`;
    const carriesItem = isObject(event.get('item'));
    if (this.#over && (isDelta || carriesItem || event.has('response')))
      throw new Malformed('stream', 'goes on after its end');
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
    if (type === 'error' || (!type.startsWith('response.') && isObject(event.get('error')))) {
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

  /** An event about a call that is not judged yet stays behind with it. */
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
    if (this.#texts.get(key) === false) throw event.malformed('delta', 'a text goes on after its end');
    this.#texts.set(key, true);
    draft.running = key;
    const text = event.text('delta', 'assistant', channel) ?? '';
    this.#said.add(key, text);
    for (const tokens of draft.takeTokens(event, key)) this.#texts.set(tokens, true);
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
    this.#endTexts(key, draft);
    const text = event.text(kind.field, 'assistant', kind.channel);
    this.#said.check(key, text, event, kind.field);
    draft.repetitions.take(event);
    if (text !== null) draft.change = kind.change(event, slot.index, text, true);
    if (kind.field === 'input') this.#again(slot, JSON.stringify({ input: text ?? '' }), event, draft);
  }

  #argumentsDelta(event: Place, draft: Draft): void {
    const slot = this.#slots.of(event);
    const text = event.piece('delta') ?? '';
    draft.calls.push(...this.#calls.add(slot.key, event.at('delta'), text, 'json'));
    draft.change = argumentsChange(slot.index, text, false);
  }

  #argumentsDone(event: Place, draft: Draft): void {
    const slot = this.#slots.of(event);
    const text = event.argumentText('arguments', 'assistant');
    draft.change = argumentsChange(slot.index, text, true);
    this.#again(slot, text, event, draft);
  }

  /** The arguments as their end repeats them. The name may come along, without the namespace of the item. */
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
    const call = readItem(item, { offers: [], repetitions: draft.repetitions });
    if (call === null) return;
    const form = formOf(item.label('type'));
    draft.calls.push(...this.#calls.open(slot.key, { name: call.name, form, arguments: call.arguments }));
  }

  /** The end of an item, or another event that brings one. */
  #itemDone(event: Place, draft: Draft): void {
    const item = event.requiredObject('item');
    const slot = this.#slots.of(event, item);
    const call = readItem(item, { offers: [], repetitions: draft.repetitions });
    draft.change = { kind: 'item', index: slot.index, done: true };
    this.#said.checkItem(slot.key, item);
    slot.done = true;
    if (call === null) draft.close(this.#calls.close(slot.key));
    else draft.close(this.#calls.whole(slot.key, call));
    this.#endTexts(slot.key, draft);
  }

  #endTexts(key: string, draft: Draft): void {
    for (const [text, open] of this.#texts) {
      if (!open || !(text === key || text.startsWith(`${key}/`))) continue;
      this.#texts.set(text, false);
      draft.ended.push(text);
    }
  }

  #response(type: string, response: Place, draft: Draft): void {
    const items = readResponse(response, this.#prompt, draft.repetitions);
    draft.model = response.label('model');
    draft.usage = readUsage(response);
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
      if (call !== null) draft.close(this.#calls.whole(key, call));
    });
  }

  #terminal(draft: Draft): void {
    draft.close(this.#calls.closeAll());
    this.#over = true;
  }
}

/** The event's own word for itself, else the frame's. @throws Malformed where they differ: some clients go by one, some by the other. */
function typeOf(root: Place, name: string | null): string {
  const type = root.label('type') ?? name ?? '';
  if (name !== null && name !== 'message' && name !== type)
    throw root.malformed('type', 'is not the event of the frame');
  return type;
}

function sequenceOf(root: Place): number | null {
  return positionOf(root, 'sequence_number');
}

function argumentsChange(index: number, text: string, whole: boolean): Draft['change'] {
  return { kind: 'text', index, member: null, at: 0, field: 'arguments', whole, text };
}

function textsOf(reader: BodyReader, running: string | null): readonly StreamText[] {
  return reader.segments.map((segment) => {
    const isPiece = running !== null && segment.pointer === '/delta';
    return { ...segment, key: isPiece ? running : segment.pointer.slice(1), whole: !isPiece };
  });
}
