import { isObject, parseObject, type JsonObject, type JsonValue } from '../json/index.ts';

type Member = 'content' | 'summary';

/** What a frame does to the client's view of `output`. Items and parts are in the data of the frame. */
export type OutputChange =
  /** The item is announced, or complete. */
  | { readonly kind: 'item'; readonly index: number; readonly done: boolean }
  /** A part is announced, or complete. */
  | { readonly kind: 'part'; readonly index: number; readonly member: Member; readonly at: number }
  | TextChange;

/** A text goes on, or is said whole. Without a `member` it is the item's own. */
interface TextChange {
  readonly kind: 'text';
  readonly index: number;
  readonly member: Member | null;
  readonly at: number;
  /** The member that has the text in the end; also of the frame that says it whole. */
  readonly field: string;
  readonly whole: boolean;
  /** As it was read. */
  readonly text: string;
}

/** Arguments of the call at `index`: a piece of them, or whole. */
export function argumentsChange(index: number, text: string, whole: boolean): OutputChange {
  return { kind: 'text', index, member: null, at: 0, field: 'arguments', whole, text };
}

/** Text that is kept of a reply; what is longer is left out of its last event, as the client has it already. UTF-16 code units. */
const MAX_KEPT = 4_194_304;

/** An object of the output whose texts may go on. */
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

/** The items of a response as the client has them: what was released, redacted where it was redacted. */
export class ReleasedOutput {
  readonly #items = new Map<number, Kept>();
  #chars = 0;

  /** Where the next item goes. */
  get next(): number {
    return Math.max(-1, ...this.#items.keys()) + 1;
  }

  /** `data` is the data of the frame as it was sent, which differs from what was read where `isEdited`. */
  apply(change: OutputChange, data: string, isEdited: boolean): void {
    if (change.kind === 'text') {
      const { whole, field, text } = change;
      this.#say(change, isEdited ? parseObject(data)[whole ? field : 'delta'] : text);
      return;
    }
    const value = parseObject(data)[change.kind];
    if (value === undefined || !isObject(value)) return;
    if (change.kind === 'item') this.#items.set(change.index, keptOf(value, change.done));
    else this.#items.get(change.index)?.[change.member].set(change.at, new Growing(value));
  }

  /** All items, in order, each complete or marked as cut short. */
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

/** What the official types require of an item is there, also where its end was not sent. */
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
