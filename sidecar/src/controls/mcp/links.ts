import type { Exchange, Segment, ToolCall } from '../../exchange/index.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import { valuesOfText } from '../action/argument-values.ts';
import { howCalled, printOf } from '../conversation/call-prints.ts';
import type { ConversationMemory } from '../conversation/conversation-memory.ts';
import { isSampled, PassageWindow, wordsIn, type PrintKey } from '../conversation/passages.ts';
import { ALL_LABELS, TAINTED, type Print } from '../conversation/print-memory.ts';
import type { SharedState } from '../conversation/shared-state.ts';
import { andParents, tellingValues } from '../conversation/telling-values.ts';
import type { McpMemory } from './memory.ts';

/** Passages of one message that are kept: all at first, then those chosen by their words. */
const MAX_PASSAGES = 512;
const ALL_PASSAGES = 256;
/** Of the workload, for all of its replicas. */
const SHARED = 'untrusted content of MCP servers';

/** What calls at MCP servers follow from, beside the session that they are made in. */
export interface McpLinks {
  /** True if untrusted content reached the call by another way than its session. */
  readonly taint: (call: ToolCall, by: CompiledMcpServer['taintedBy']) => boolean;
  /** An untainted call is made: what it says is not the server's. */
  readonly asked: (call: ToolCall) => void;
  /** Untrusted texts arrived from a server. */
  readonly read: (segments: readonly Segment[]) => void;
}

/** Where nothing asks for taint. */
export const NO_LINKS: McpLinks = { taint: () => false, asked: nothing, read: nothing };

interface Deps {
  readonly conversations: ConversationMemory;
  readonly memory: McpMemory;
  readonly exchange: Pick<Exchange, 'direction' | 'caller'>;
  readonly state?: SharedState | null;
  readonly now: () => number;
}

/**
 * Links the calls of a workload to what models said and servers sent through the same sidecar, in whatever session: by the call itself, by values that
 * tell where they are from, by passages, and by the time since untrusted content arrived.
 */
export class LinkedCalls implements McpLinks {
  readonly #deps: Deps;
  readonly #key: PrintKey;
  #hasReplicaRead = false;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#key = deps.conversations.keyOf(deps.exchange);
  }

  /** Reads whether another replica got untrusted content. False: the server that they share cannot be reached. */
  async recall(): Promise<boolean> {
    const { state = null } = this.#deps;
    if (state === null) return true;
    const found = await state.recall([SHARED]);
    this.#hasReplicaRead = found?.[0]?.tainted === true;
    return found !== null;
  }

  readonly taint: McpLinks['taint'] = (call, by) => {
    const { conversations, exchange, memory, now } = this.#deps;
    const made = howCalled(conversations, exchange, call, now());
    if (made !== 'unknown') return made === 'tainted';
    if (by === 'caller' && (this.#hasReplicaRead || memory.hasRead(now()))) return true;
    return conversations.knows(this.#key) && this.#isQuoted(call.arguments);
  };

  readonly asked: McpLinks['asked'] = ({ arguments: args }) => {
    for (const value of tellingValues(args)) this.#keep(this.#printOf(value), { set: 0, clear: ALL_LABELS });
  };

  readonly read: McpLinks['read'] = (segments) => {
    const { memory, state = null, now } = this.#deps;
    if (memory.read(now())) state?.keepLater(SHARED, { tainted: true, isPrivate: false, conversation: null });
    const learnt = { set: TAINTED, clear: 0 };
    let count = 0;
    for (const { text } of segments) {
      for (const value of tellingValues(text)) this.#keep(this.#printOf(value), learnt);
      for (const passage of this.#passagesIn(text)) {
        if (count >= MAX_PASSAGES) break;
        if (count >= ALL_PASSAGES && !isSampled(passage)) continue;
        this.#keep(passage, learnt);
        count += 1;
      }
    }
  };

  /** A passage or a telling value of the arguments stood in an untrusted text. */
  #isQuoted(args: string): boolean {
    const { conversations, now } = this.#deps;
    const isTainted = (print: Print): boolean => (conversations.find(print, now()) & TAINTED) !== 0;
    for (const value of tellingValues(args))
      if (andParents(value).some((each) => isTainted(this.#printOf(each)))) return true;
    for (const text of valuesOfText(args))
      for (const passage of this.#passagesIn(text)) if (isTainted(passage)) return true;
    return false;
  }

  *#passagesIn(text: string): Generator<Print> {
    const window = new PassageWindow(this.#key);
    for (const { hash } of wordsIn(text, this.#key)) if (window.push(hash)) yield window.passage;
  }

  #printOf(value: string): Print {
    return printOf(`value ${value}`, this.#key);
  }

  #keep(print: Print, learnt: { readonly set: number; readonly clear: number }): void {
    this.#deps.conversations.keep(print, learnt, this.#key, this.#deps.now());
  }
}

function nothing(): void {
  // Nothing is kept where nothing asks for it.
}
