import type { ServerResponse } from 'node:http';

import { Places } from './places.ts';

interface ShareOptions {
  readonly maxConnections: number;
  readonly maxOfCaller?: number;
}

/** Shares of callers in the connections to each uninspected server: from the request until its response is closed. */
export class Shares {
  readonly #options: ShareOptions;
  readonly #origins = new Map<string, Places>();

  constructor(options: ShareOptions) {
    this.#options = options;
  }

  /** Calls `start` now or once a place is free, unless the client disconnects. False: too many wait. */
  enter(
    { origin, caller }: { readonly origin: string; readonly caller: string },
    res: ServerResponse,
    start: () => void,
  ): boolean {
    const places = this.#placesOf(origin);
    const leave = (): void => {
      places.leave(caller);
      if (places.idle) this.#origins.delete(origin);
    };
    return places.enter(caller, () => {
      if (res.destroyed) {
        leave();
        return;
      }
      res.once('close', leave);
      start();
    });
  }

  #placesOf(origin: string): Places {
    const known = this.#origins.get(origin);
    if (known !== undefined) return known;
    const { maxConnections: most, maxOfCaller: mostOfCaller = most } = this.#options;
    const places = new Places({ most, mostOfCaller, mostWaiting: most });
    this.#origins.set(origin, places);
    return places;
  }
}
