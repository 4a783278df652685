import { isObject, parseFrame, type JsonObject, type JsonValue } from '../json/index.ts';

type Member = 'content' | 'summary';

/** A frame's effect on the client's view of `output`. Items and parts are in the data of the frame. */
export type OutputChange =
  /** The item is announced, or complete. */
  | { readonly kind: 'item'; readonly index: number; readonly done: boolean }
  /** A part is announced, or complete. */
  | { readonly kind: 'part'; readonly index: number; readonly member: Member; readonly at: number }
  | TextChange;

/** A text continues, or is repeated whole. Without a `member` it is the item's own. */
interface TextChange {
  readonly kind: 'text';
  readonly index: number;
  readonly member: Member | null;
  readonly at: number;
  /** The member of the complete text; also in the frame that repeats it. */
  readonly field: string;
  readonly whole: boolean;
  /** As read. */
  readonly text: string;
}

/** Arguments of the call at `index`: a piece of them, or whole. */
export function argumentsChange(index: number, text: string, whole: boolean): OutputChange {
  return { kind: 'text', index, member: null, at: 0, field: 'arguments', whole, text };
}

/** Limit of the text kept of a reply; beyond it, the last event omits text, which the client already has. UTF-16 code units. */
const MAX_KEPT = 4_194_304;

/** An object of the output whose texts may continue. */
class Growing {
  readonly #value: JsonObject;
  readonly #texts = new Map<string, string>();

  constructor(value: JsonObject) {
    this.#value = value;
  }

  say(field: string, text: string, whole: boolean): void {
    this.#texts.set(field, whole ? text : this.#before(field) + text);
  }

  get value(): JsonObject {
    return { ...this.#value, ...Object.fromEntries(this.#texts) };
  }

  #before(field: string): string {
    const said = this.#texts.get(field) ?? this.#value[field];
    return typeof said === 'string' ? said : '';
  }
}

interface Kept {
  readonly item: Growing;
  readonly done: boolean;
  readonly content: Map<number, Growing>;
  readonly summary: Map<number, Growing>;
}

/** The items of a response in the client's view: released, with redactions. */
export class ReleasedOutput {
  readonly #items = new Map<number, Kept>();
  #chars = 0;

  /** Position of the next item. */
  get next(): number {
    return Math.max(-1, ...this.#items.keys()) + 1;
  }

  /** `data`: the data of the frame as sent, which differs from the read data if `isEdited`. */
  apply(change: OutputChange, data: string, isEdited: boolean): void {
    if (change.kind === 'text') {
      const { whole, field, text } = change;
      this.#say(change, isEdited ? parseFrame(data).value[whole ? field : 'delta'] : text);
      return;
    }
    const value = parseFrame(data).value[change.kind];
    if (value === undefined || !isObject(value)) return;
    if (change.kind === 'item') this.#items.set(change.index, keptOf(value, change.done));
    else this.#items.get(change.index)?.[change.member].set(change.at, new Growing(value));
  }

  /** All items, in order, each complete or marked as incomplete. */
  items(): readonly { readonly index: number; readonly item: JsonObject; readonly done: boolean }[] {
    return [...this.#items]
      .sort(([a], [b]) => a - b)
      .map(([index, kept]) => ({
        index,
        done: kept.done,
        item: kept.done ? kept.item.value : cutShort(kept),
      }));
  }

  #say({ index, member, at, field, whole }: TextChange, text: JsonValue | undefined): void {
    if (typeof text !== 'string' || (this.#chars += text.length) > MAX_KEPT) return;
    const kept = this.#items.get(index);
    const place = member === null ? kept?.item : kept?.[member].get(at);
    place?.say(field, text, whole);
  }
}

function keptOf(item: JsonObject, done: boolean): Kept {
  return { item: new Growing(item), done, content: new Map(), summary: new Map() };
}

/** An item with the members that the official types require, also if its end was not sent. */
function cutShort({ item, content, summary }: Kept): JsonObject {
  const { value } = item;
  const incomplete = { ...value, status: 'incomplete' };
  if (value['type'] === 'message') return { ...incomplete, content: partsOf(content) };
  if (value['type'] !== 'reasoning') return incomplete;
  const reasoning = { ...incomplete, summary: partsOf(summary) };
  return content.size === 0 ? reasoning : { ...reasoning, content: partsOf(content) };
}

function partsOf(parts: ReadonlyMap<number, Growing>): readonly JsonObject[] {
  return [...parts].sort(([a], [b]) => a - b).map(([, part]) => part.value);
}
