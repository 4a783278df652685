import type { Refusal, Usage } from '../../exchange/index.ts';
import type { Frame } from '../dialect.ts';
import { NO_USAGE } from '../openai/usage.ts';
import { ReleasedOutput, type OutputChange } from './released-output.ts';
import {
  errorEvent,
  eventFrame,
  refusalPart,
  refusalItem,
  responseObject,
  withheldResponse,
  type ResponseHead,
} from './render.ts';

/** An event's effect on the client's view once released. */
export interface ReleaseEffect {
  /** Null if the frame has none. */
  readonly sequence: number | null;
  readonly created: boolean;
  readonly change: OutputChange | null;
  readonly over: boolean;
  /** The data of the frame as read. */
  readonly data: string;
}

/** The client's view of a response, and how to end it from there. */
export class SeenResponse {
  readonly #unreleased: ReleaseEffect[] = [];
  readonly #output = new ReleasedOutput();
  #head: ResponseHead | null = null;
  /** The sequence number of the next event. */
  #next = 0;
  #created = false;
  #usage = NO_USAGE;
  #over = false;

  /** Sets ID and model of the response; the first ones count. */
  name(head: ResponseHead): void {
    this.#head ??= head;
  }

  /** The server's counts so far; null if the event has none. */
  count(usage: Usage | null): void {
    this.#usage = usage ?? this.#usage;
  }

  read(effect: ReleaseEffect): void {
    this.#unreleased.push(effect);
  }

  /** The oldest read event was released, as `frame`. */
  released(frame: Frame): void {
    const effect = this.#unreleased.shift();
    if (effect === undefined) return;
    this.#next = effect.sequence === null ? this.#next + 1 : effect.sequence + 1;
    this.#created ||= effect.created;
    this.#over ||= effect.over;
    if (effect.change !== null) this.#output.apply(effect.change, frame.data, frame.data !== effect.data);
  }

  /**
   * Closes open items, sends the refusal as a new item after the released ones, and ends the response as incomplete. Empty if it has ended.
   */
  finish(refusal: Refusal, model: string | null): string {
    if (this.#over) return '';
    const head = this.#head ?? { id: `resp_${refusal.decision}`, created_at: 0, model: model ?? '' };
    let sequence = this.#next;
    const frames: string[] = [];
    const say = (type: string, members: object): void =>
      void frames.push(eventFrame(type, sequence++, members));
    if (!this.#created) say('response.created', { response: responseObject(head, 'in_progress') });
    const items = this.#output.items();
    for (const { index, item, done } of items)
      if (!done) say('response.output_item.done', { output_index: index, item });
    for (const [type, members] of refusalEvents(refusal, this.#output.next)) say(type, members);
    const said = items.map(({ item }) => item);
    say('response.incomplete', { response: withheldResponse(head, refusal, { said, usage: this.#usage }) });
    return frames.join('');
  }

  raise(refusal: Refusal): string {
    return errorEvent(refusal, this.#next);
  }
}

/** The refusal as a message that is streamed. */
function refusalEvents(refusal: Refusal, output_index: number): readonly (readonly [string, object])[] {
  const item = refusalItem(refusal);
  const part = refusalPart(refusal);
  const place = { item_id: item.id, output_index, content_index: 0 };
  return [
    ['response.output_item.added', { output_index, item: { ...item, status: 'in_progress', content: [] } }],
    ['response.content_part.added', { ...place, part: { ...part, refusal: '' } }],
    ['response.refusal.delta', { ...place, delta: part.refusal }],
    ['response.refusal.done', { ...place, refusal: part.refusal }],
    ['response.content_part.done', { ...place, part }],
    ['response.output_item.done', { output_index, item }],
  ];
}
