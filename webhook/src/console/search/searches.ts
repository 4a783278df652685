import { refused, type Run } from '../run.ts';
import type { FleetDecisions } from './api.ts';

/** A search asks as many sidecars as the user may see, for up to eight seconds. */
const OF_USER = 2;
const OF_ALL = 16;

/** Searches under way, by user. */
export class Searches {
  readonly #running = new Map<string, number>();

  /** Refused while two of this user, or sixteen in all, are under way. */
  async run(user: string, search: () => Promise<FleetDecisions>): Promise<Run<FleetDecisions>> {
    const own = this.#running.get(user) ?? 0;
    if (own >= OF_USER)
      return refused('too_often', `${OF_USER} searches of yours are under way; try again in a few seconds`);
    if ([...this.#running.values()].reduce((sum, each) => sum + each, 0) >= OF_ALL)
      return refused('unavailable', `${OF_ALL} searches of others are under way; try again in a few seconds`);
    this.#running.set(user, own + 1);
    try {
      return { kind: 'answered', answer: await search() };
    } finally {
      const left = (this.#running.get(user) ?? 1) - 1;
      if (left > 0) this.#running.set(user, left);
      else this.#running.delete(user);
    }
  }
}
