import { callerKey, type Flow, type Medium } from '../../exchange/index.ts';
import type { InspectionContext } from './inspector.ts';
import type { About, Recalled } from './reference-memory.ts';

/** Limit per reply; further ones are not kept. */
const MAX_OF_REPLY = 4096;

/** Further references of a request are looked up in the memory of this sidecar alone. */
const MAX_ASKED = 256;

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

  /** Reads what other replicas know of the references. False: the server that they share cannot be reached. */
  async fetch(media: readonly Medium[]): Promise<boolean> {
    const { references: memory, state = null, now } = this.#context;
    const values = [...new Set(media.flatMap(({ references = [] }) => references))].slice(0, MAX_ASKED);
    if (state === null || values.length === 0) return true;
    const found = await state.recall(values.map((value) => this.#sharedKey(value)));
    for (const [index, value] of values.entries()) {
      const known = found?.[index] ?? null;
      if (known !== null) memory.keep(memory.keyOf(this.#scope, value), known, now(), known);
    }
    return found !== null;
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
    const { references: memory, state = null, now } = this.#context;
    for (const { pointer, references = [] } of media)
      if (GROWING.test(pointer))
        for (const value of references)
          if (this.#isKnown(value)) {
            memory.keep(memory.keyOf(this.#scope, value), flow, now());
            state?.keepLater(this.#sharedKey(value), { ...flow, conversation: null });
          }
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
    const { references, state = null, now } = this.#context;
    const { conversation = null } = about;
    // What other replicas are told has a key of its own.
    const keys = new Map<string, string | null>();
    return {
      add: (values) => {
        for (const value of values)
          if (keys.size < MAX_OF_REPLY)
            keys.set(references.keyOf(this.#scope, value), state === null ? null : this.#sharedKey(value));
      },
      keep: ({ tainted, isPrivate }) => {
        for (const [key, shared] of keys) {
          references.keep(key, { tainted, isPrivate }, now(), about);
          if (shared !== null) state?.keepLater(shared, { tainted, isPrivate, conversation });
        }
        keys.clear();
      },
    };
  }

  /** Replicas have the same name for a server that they call; that in the pod may have another port in each. */
  #sharedKey(value: string): string {
    const { exchange, origin } = this.#context;
    const { direction, caller } = exchange;
    const server = direction === 'outbound' ? origin : '';
    return JSON.stringify([direction, callerKey(caller), server, value]);
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
