import type { Refusal } from '../../exchange/index.ts';
import { errorEvent, eventFrame, responseObject, withheldResponse, type ResponseHead } from './render.ts';

/** What an event will tell the client once it is released. */
export interface Told {
  /** Null where the frame has none. */
  readonly sequence: number | null;
  readonly created: boolean;
  readonly opened: { readonly index: number; readonly item: Readonly<Record<string, string>> } | null;
  /** Position of an item that is over. */
  readonly closed: number | null;
  readonly over: boolean;
}

/** What the client has seen of a response, and how to end it from there. */
export class SeenResponse {
  readonly #untold: Told[] = [];
  readonly #items = new Map<number, Readonly<Record<string, string>>>();
  #head: ResponseHead | null = null;
  /** The sequence number of the next event. */
  #next = 0;
  #created = false;
  #over = false;

  /** The response's own names for itself; the first ones count. */
  name(head: ResponseHead): void {
    this.#head ??= head;
  }

  read(told: Told): void {
    this.#untold.push(told);
  }

  /** The oldest event read and not yet released was released. */
  released(): void {
    const told = this.#untold.shift();
    if (told === undefined) return;
    if (told.sequence !== null) this.#next = told.sequence + 1;
    this.#created ||= told.created;
    this.#over ||= told.over;
    if (told.opened !== null) this.#items.set(told.opened.index, told.opened.item);
    if (told.closed !== null) this.#items.delete(told.closed);
  }

  /** Closes what is open, then ends the response as incomplete. Nothing where it has ended. */
  finish(refusal: Refusal, model: string | null): string {
    if (this.#over) return '';
    const head = this.#head ?? { id: `resp_${refusal.decision}`, created_at: 0, model: model ?? '' };
    let sequence = this.#next;
    const frames: string[] = [];
    const say = (type: string, members: object): void =>
      void frames.push(eventFrame(type, sequence++, members));
    if (!this.#created) say('response.created', { response: responseObject(head, 'in_progress') });
    for (const [output_index, labels] of this.#items) {
      const item = emptied(labels);
      if (item !== null) say('response.output_item.done', { output_index, item });
    }
    say('response.incomplete', { response: withheldResponse(head, refusal) });
    return frames.join('');
  }

  raise(refusal: Refusal): string {
    return errorEvent(refusal, this.#next);
  }
}

/** An open item without what it would have said. Items of other types come in one piece. */
function emptied(labels: Readonly<Record<string, string>>): object | null {
  if (labels['type'] === 'message') return { ...labels, status: 'incomplete', content: [] };
  if (labels['type'] === 'reasoning') return { ...labels, status: 'incomplete', summary: [] };
  return null;
}
