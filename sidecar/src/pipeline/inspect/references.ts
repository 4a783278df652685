import { callerKey, type Flow, type Medium } from '../../exchange/index.ts';
import type { InspectionContext } from './inspector.ts';
import type { About, Recalled } from './reference-memory.ts';

/** Limit per reply; further ones are not kept. */
const MAX_OF_REPLY = 4096;

/** Members that name what later requests add to: conversations of the Responses API, containers with files. */
const GROWING = /^\/(?:conversation|container)(?:\/|$)/;

/** References to earlier replies in the request of an exchange, and those that its reply delivers. */
export class References {
  readonly #context: InspectionContext;
  readonly #scope: string;

  constructor(context: InspectionContext) {
    this.#context = context;
    const { direction, caller } = context.exchange;
    // Scope: one caller and one server.
    this.#scope = [direction, callerKey(caller), context.origin].join(' ');
  }

  /** Media that policy must decide about: all but those made up of references that this caller got from this server. */
  undecided(media: readonly Medium[]): readonly Medium[] {
    return media.filter(({ references = [] }) => references.length === 0 || !references.every(this.#isKnown));
  }

  /** What the model had read when it made replies that returned references are from. */
  recall(media: readonly Medium[]): Flow {
    const known = media.flatMap(({ references = [] }) => references.map((value) => this.#recall(value)));
    return {
      tainted: known.some((each) => each?.tainted === true),
      isPrivate: known.some((each) => each?.isPrivate === true),
    };
  }

  /** The conversation that returned references are from, by the first that is known; null if none is. */
  recallConversation(media: readonly Medium[]): string | null {
    for (const { references = [] } of media)
      for (const value of references) {
        const conversation = this.#recall(value)?.conversation ?? null;
        if (conversation !== null) return conversation;
      }
    return null;
  }

  /** A request adds to what the provider stores under these references, whatever becomes of its reply. */
  extendStored(media: readonly Medium[], flow: Flow): void {
    if (!flow.tainted && !flow.isPrivate) return;
    const { references: memory, now } = this.#context;
    for (const { pointer, references = [] } of media)
      if (GROWING.test(pointer))
        for (const value of references)
          if (this.#isKnown(value)) memory.keep(memory.keyOf(this.#scope, value), flow, now());
  }

  /** System texts of the prompt whose reply the references came from; null if they are not known. */
  recallInstructions(media: readonly Medium[]): readonly string[] | null {
    for (const { references = [] } of media)
      for (const value of references) {
        const instructions = this.#recall(value)?.instructions;
        if (instructions !== undefined && instructions !== null) return instructions;
      }
    return null;
  }

  /** References in a reply. They count once kept. `about`: what to keep with them. */
  collect(about: About): Collected {
    const { references, now } = this.#context;
    const keys = new Set<string>();
    return {
      add: (values) => {
        for (const value of values)
          if (keys.size < MAX_OF_REPLY) keys.add(references.keyOf(this.#scope, value));
      },
      keep: (flow) => {
        for (const key of keys) references.keep(key, flow, now(), about);
        keys.clear();
      },
    };
  }

  readonly #isKnown = (value: string): boolean => this.#recall(value) !== null;

  #recall(value: string): Recalled | null {
    const { references, now } = this.#context;
    return references.recall(references.keyOf(this.#scope, value), now());
  }
}

/** References of a reply that is not delivered yet. */
export interface Collected {
  add(values: readonly string[]): void;
  /** The collected part of the reply was delivered. */
  keep(flow: Flow): void;
}
