import type { Medium } from '../../exchange/index.ts';
import type { InspectionContext } from './inspector.ts';

/** Of one reply: more are not remembered. */
const MAX_OF_REPLY = 4096;

/** What the request of an exchange gives back of earlier replies, and what its reply gives out. */
export class References {
  readonly #context: InspectionContext;
  readonly #scope: string;

  constructor(context: InspectionContext) {
    this.#context = context;
    const { direction, caller } = context.exchange;
    // What one caller got, and from one server, says nothing about others.
    this.#scope = [direction, caller.address, context.origin].join(' ');
  }

  /** What policy must decide about: media but those that consist of what this caller got from this server. */
  undecided(media: readonly Medium[]): readonly Medium[] {
    return media.filter(({ references = [] }) => references.length === 0 || !references.every(this.#isKnown));
  }

  /** True where untrusted text stood behind what is given back. */
  recallUntrusted(media: readonly Medium[]): boolean {
    return media.some(({ references = [] }) =>
      references.some((value) => this.#recall(value)?.isTainted === true),
    );
  }

  /** What a reply holds. It counts once it is kept. */
  collect(): Collected {
    const { references, now } = this.#context;
    const keys = new Set<string>();
    return {
      add: (values) => {
        for (const value of values)
          if (keys.size < MAX_OF_REPLY) keys.add(references.keyOf(this.#scope, value));
      },
      keep: (isTainted) => {
        for (const key of keys) references.keep(key, isTainted, now());
        keys.clear();
      },
    };
  }

  readonly #isKnown = (value: string): boolean => this.#recall(value) !== null;

  #recall(value: string): { readonly isTainted: boolean } | null {
    const { references, now } = this.#context;
    return references.recall(references.keyOf(this.#scope, value), now());
  }
}

/** References of a reply on its way to the client. */
export interface Collected {
  add(values: readonly string[]): void;
  /** The reply, as far as it was collected, is the client's. `isTainted`: untrusted text is in the exchange. */
  keep(isTainted: boolean): void;
}
