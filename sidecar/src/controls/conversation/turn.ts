import { allAtOnce, type Sliced } from '../../detectors/index.ts';
import type { Exchange, Flow, Prompt, ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { valuesOfText } from '../action/argument-values.ts';
import type { Candidate } from './candidates.ts';
import { callPrints, cleanPrints } from './call-prints.ts';
import type { ConversationMemory } from './conversation-memory.ts';
import type { PassageSet } from './passage-set.ts';
import type { PassageWindow, PrintKey } from './passages.ts';
import { ALL_LABELS, PRIVATE, TAINTED, WRITTEN, type Learnt, type Print } from './print-memory.ts';
import { INSTRUCTED, RequestWords, SAID, type Firsts } from './request-words.ts';
import { SaidText } from './said-text.ts';

/**
 * One turn of a conversation, linked to others by what was said in them. LLM APIs have clients send the history again, and a client may leave
 * out what tainted it. What the model said after it read untrusted text, and that text itself, taint the turn in which they come back. Private
 * data are followed in the same way.
 */
export class Turn {
  readonly #memory: ConversationMemory;
  readonly #key: PrintKey;
  readonly #nowMs: number;
  /** Null once it was learnt from. */
  #request: RequestWords | null;
  /** As in `RequestWords`. */
  readonly #own: PassageSet;
  readonly #others: PassageSet;
  readonly #tail: PassageWindow;
  /** True if it is known which passages the request has. */
  #knowsRequest = false;
  readonly #said = new Map<string, SaidText>();
  /** MCP servers that calls may go to through the same sidecar. */
  readonly #servers: readonly string[];

  constructor(
    memory: ConversationMemory,
    exchange: Pick<Exchange, 'direction' | 'caller'>,
    prompt: Prompt,
    { policy, nowMs }: { readonly policy: CompiledPolicy; readonly nowMs: number },
  ) {
    this.#memory = memory;
    const key = memory.keyOf(exchange);
    this.#key = key;
    this.#nowMs = nowMs;
    this.#servers = exchange.direction === 'outbound' ? policy.action.mcp.servers : [];
    const lookup = memory.knows(key) ? (passage: Print): number => memory.find(passage, nowMs) : null;
    const request = new RequestWords(prompt, policy, key, lookup);
    this.#request = request;
    ({ own: this.#own, others: this.#others, tail: this.#tail } = request);
  }
  /** Reads the request. Call it once, before the request is judged. */
  *read(): Sliced<void> {
    if (this.#request !== null) yield* this.#request.read();
  }

  /** As `read`, without slices. */
  readAtOnce(): void {
    allAtOnce(this.read());
  }

  /** What something in it was said or read with, in earlier turns. All labels, if it was not read to the end. */
  get recalled(): Flow {
    if (this.#request === null || this.#request.state === 'unread') return { tainted: true, isPrivate: true };
    const { tainted, isPrivate } = this.#request.linked;
    return { tainted: tainted < Infinity, isPrivate: isPrivate < Infinity };
  }

  /** Call it once the request is judged: keeps what is foreign or private in it, and what the model said after that. */
  learn(flow: Flow): void {
    const request = this.#request;
    if (request === null) return;
    // Few requests are tainted by something else than their texts.
    if (request.state === 'needless' && labelsOf(flow) !== 0) allAtOnce(request.readAll());
    const from = {
      tainted: flow.tainted ? firstOf(request, 'tainted') : Infinity,
      isPrivate: flow.isPrivate ? firstOf(request, 'isPrivate') : Infinity,
    };
    for (const candidate of request.candidates.all()) this.#learn(candidate, from, flow);
    this.#knowsRequest = request.state === 'read' && !request.own.isFull && !request.others.isFull;
    this.#request = null;
  }

  /** A piece of a text of the reply. Pieces of one `key` continue each other. */
  say(key: string, piece: string, flow: Flow): void {
    if (labelsOf(flow) === 0 && !this.#knowsRequest) return;
    let said = this.#said.get(key);
    if (said === undefined) this.#said.set(key, (said = new SaidText(this.#tail)));
    for (const passage of said.push(piece)) this.#keepSaid(passage, flow);
  }

  /** A call of the reply. */
  call({ name, alsoNamed = [], arguments: args, pointer }: ToolCall, flow: Flow): void {
    for (const [index, value] of valuesOfText(args).entries()) {
      const key = `${pointer} ${index}`;
      this.say(key, value, flow);
      this.#endText(key, flow);
    }
    const names = [name, ...alsoNamed];
    if (flow.tainted)
      for (const print of callPrints(names, args, this.#key)) this.#keep(print, { set: TAINTED, clear: 0 });
    else if (this.#servers.length > 0)
      for (const print of cleanPrints(names, args, this.#key, this.#servers))
        this.#memory.mark(print, this.#nowMs);
  }

  /** The texts of the reply are complete. */
  end(flow: Flow): void {
    for (const key of this.#said.keys()) this.#endText(key, flow);
  }

  #endText(key: string, flow: Flow): void {
    for (const passage of this.#said.get(key)?.end() ?? []) this.#keepSaid(passage, flow);
    this.#said.delete(key);
  }

  #learn({ kind, index, high, low }: Candidate, from: Firsts, flow: Flow): void {
    const print = { high, low };
    if (kind === INSTRUCTED) {
      this.#keep(print, { set: 0, clear: ALL_LABELS & ~labelsOf(flow) });
    } else if (kind === SAID) {
      const set = labelsOf({ tainted: index >= from.tainted, isPrivate: index >= from.isPrivate });
      this.#keep(print, { set: set === 0 ? 0 : set | WRITTEN, clear: 0 });
    } else {
      this.#keep(print, { set: kind, clear: 0 });
    }
  }

  /**
   * What the model says without untrusted text, or without private data, before it says it with them carries nothing of these: unless the request has
   * it too, since the model may be asked to repeat anything.
   */
  #keepSaid(passage: Print, flow: Flow): void {
    if (this.#own.has(passage)) return;
    const set = labelsOf(flow);
    const isOfModel = this.#knowsRequest && !this.#others.has(passage);
    this.#keep(passage, { set: set === 0 ? 0 : set | WRITTEN, clear: isOfModel ? ALL_LABELS & ~set : 0 });
  }

  #keep(print: Print, learnt: Learnt): void {
    if (learnt.set !== 0 || learnt.clear !== 0) this.#memory.keep(print, learnt, this.#key, this.#nowMs);
  }
}

function labelsOf({ tainted, isPrivate }: Flow): number {
  return (tainted ? TAINTED : 0) | (isPrivate ? PRIVATE : 0);
}

/** The first result or linked text with a label. Where something else gave it, all that the model said to the caller may follow from it. */
function firstOf({ results, linked, firstAsked }: RequestWords, label: keyof Firsts): number {
  const first = Math.min(results[label], linked[label]);
  return first < Infinity ? first : firstAsked;
}
