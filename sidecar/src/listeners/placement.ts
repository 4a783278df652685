import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { Dialled, FindDestination } from '../forward/destination/destination.ts';
import {
  dialledTarget,
  targetOf,
  type OutboundTarget,
  type TargetFault,
  type TargetRules,
} from './target.ts';

interface PlacementOptions {
  readonly find: FindDestination;
  /** Evaluated for each request, so that it follows the policy. */
  readonly rules: () => TargetRules;
}

/** Determines the targets of requests. */
export class Placement {
  readonly #options: PlacementOptions;
  /** The original destination of a connection does not change. */
  readonly #dialled = new WeakMap<Socket, Promise<Dialled>>();

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  /** Calls `take` synchronously, unless the policy observes. */
  of(req: IncomingMessage, take: (target: OutboundTarget | TargetFault) => void): void {
    const rules = this.#options.rules();
    if (rules.observes !== true) {
      take(targetOf(req, rules));
      return;
    }
    const dialled = this.#dialled.get(req.socket) ?? this.#options.find(req.socket);
    this.#dialled.set(req.socket, dialled);
    // `find` never rejects.
    void dialled.then((found) =>
      take(typeof found === 'string' ? targetOf(req, rules) : dialledTarget(req, found)),
    );
  }
}
