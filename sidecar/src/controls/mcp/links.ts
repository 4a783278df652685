import type { Exchange, Segment, ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import { valuesOfText } from '../action/argument-values.ts';
import type { Budget } from '../budget.ts';
import { howCalled, printOf } from '../conversation/call-prints.ts';
import type { ConversationMemory } from '../conversation/conversation-memory.ts';
import { isSampled, PassageWindow, wordsIn, type PrintKey } from '../conversation/passages.ts';
import { TAINTED, type Learnt, type Print } from '../conversation/print-memory.ts';
import type { SharedState } from '../conversation/shared-state.ts';
import { tellingValues } from '../conversation/telling-values.ts';
import type { McpMemory } from './memory.ts';

/** Passages of one message that are kept: all at first, then those chosen by their words. */
const MAX_PASSAGES = 512;
const ALL_PASSAGES = 256;
/** Passages of one message, and values, where they link sessions. Beyond, it is known that some are not kept. */
const MAX_LINKING = 32_768;
/** Steps between two looks at the time. */
const STEPS = 256;
/** Of the workload, for all of its replicas. */
const SHARED = 'untrusted content of MCP servers';

/** What calls at MCP servers follow from, beside the session that they are made in. All throw `DetectorUnavailable` if the time is up. */
export interface McpLinks {
  /** True if untrusted content reached the call by another way than its session. */
  readonly taint: (call: ToolCall, by: TaintedBy, budget: Budget) => boolean;
  /** An untainted call is made: what it says is not the server's. */
  readonly asked: (call: ToolCall, budget: Budget) => void;
  /** Untrusted texts arrived from a server. */
  readonly read: (segments: readonly Segment[], budget: Budget) => void;
}

type TaintedBy = Pick<CompiledMcpServer, 'server' | 'taintedBy'>;

/** Where the workload itself is the server. */
export const NO_LINKS: McpLinks = { taint: () => false, asked: nothing, read: nothing };

interface Deps {
  readonly conversations: ConversationMemory;
  readonly memory: McpMemory;
  readonly exchange: Pick<Exchange, 'direction' | 'caller'>;
  readonly policy: CompiledPolicy;
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
    if (state === null || this.#isIdle) return true;
    const found = await state.recall([SHARED]);
    this.#hasReplicaRead = found?.[0]?.tainted === true;
    return found !== null;
  }

  /** No condition asks, so that nothing is looked up. */
  get #isIdle(): boolean {
    return !this.#deps.policy.action.linksTurns;
  }

  readonly taint: McpLinks['taint'] = (call, { server, taintedBy }, budget) => {
    if (this.#isIdle) return false;
    const { conversations, exchange, memory, now } = this.#deps;
    const made = howCalled(conversations, exchange, call, { server, nowMs: now() });
    if (made !== 'unknown') return made === 'tainted';
    const isLinked = taintedBy === 'session';
    const hasUnkept = (): boolean => memory.hasUnkept(now()) || conversations.hasLost(now());
    if (isLinked ? hasUnkept() : this.#hasReplicaRead || memory.hasRead(now())) return true;
    if (!conversations.knows(this.#key)) return false;
    const pace = paceOf(budget);
    return this.#isQuoted(call.arguments, pace) || (isLinked && this.#hasValueOf(call.arguments, budget));
  };

  readonly asked: McpLinks['asked'] = ({ arguments: args }, budget) => {
    if (!this.#linksSessions) return;
    const learnt = { set: 0, clear: TAINTED };
    const pace = paceOf(budget);
    let count = 0;
    for (const { value } of tellingValues(args, checkOf(budget))) {
      pace();
      if (++count <= MAX_LINKING) this.#keep(this.#printOf(value), learnt);
    }
    for (const passage of this.#passagesOf(args, pace))
      if (++count <= 2 * MAX_LINKING) this.#keep(passage, learnt);
  };

  readonly read: McpLinks['read'] = (segments, budget) => {
    const { memory, state = null, now } = this.#deps;
    if (memory.read(now())) state?.keepLater(SHARED, { tainted: true, isPrivate: false, conversation: null });
    let isKept = false;
    try {
      isKept = !this.#isIdle && this.#readTexts(segments, budget);
    } finally {
      if (!isKept) memory.unkept(now());
    }
  };

  get #linksSessions(): boolean {
    const { action } = this.#deps.policy;
    return action.linksTurns && action.mcp.linksSessions;
  }

  /** False if something is not kept by which a call in another session could be known. */
  #readTexts(segments: readonly Segment[], budget: Budget): boolean {
    const pace = paceOf(budget);
    const isLinking = this.#linksSessions;
    const [most, all] = isLinking ? [MAX_LINKING, MAX_LINKING] : [MAX_PASSAGES, ALL_PASSAGES];
    let [values, passages] = [0, 0];
    for (const { text } of segments) {
      if (isLinking)
        for (const { value } of tellingValues(text, checkOf(budget))) {
          pace();
          if (++values > MAX_LINKING) return false;
          this.#keep(this.#printOf(value), LABELLED);
        }
      for (const passage of this.#passagesIn(text)) {
        pace();
        if (passages >= most) break;
        if (passages >= all && !isSampled(passage)) continue;
        this.#keep(passage, LABELLED);
        passages += 1;
      }
    }
    return isLinking && passages < most;
  }

  /** A telling value of the arguments stood in an untrusted text, or there are too many to look up. */
  #hasValueOf(args: string, budget: Budget): boolean {
    const pace = paceOf(budget);
    let count = 0;
    for (const { value, parents } of tellingValues(args, checkOf(budget))) {
      pace();
      if (++count > MAX_LINKING) return true;
      const print = this.#printOf(value);
      if (this.#isTainted(print)) return true;
      const isOwn = this.#deps.conversations.isKnownWithout(print, TAINTED, this.#deps.now());
      if (!isOwn && parents.some((parent) => this.#isTainted(this.#printOf(parent)))) return true;
    }
    return false;
  }

  /** A passage of the arguments stood in an untrusted text. */
  #isQuoted(args: string, pace: () => void): boolean {
    for (const passage of this.#passagesOf(args, pace)) if (this.#isTainted(passage)) return true;
    return false;
  }

  /** Of values with words: a time has eight numbers. */
  *#passagesOf(args: string, pace: () => void): Generator<Print> {
    for (const text of valuesOfText(args)) {
      if (!/\p{L}{2}/u.test(text)) continue;
      for (const passage of this.#passagesIn(text)) {
        pace();
        yield passage;
      }
    }
  }

  *#passagesIn(text: string): Generator<Print> {
    const window = new PassageWindow(this.#key);
    for (const { hash } of wordsIn(text, this.#key)) if (window.push(hash)) yield window.passage;
  }

  #isTainted(print: Print): boolean {
    return (this.#deps.conversations.find(print, this.#deps.now()) & TAINTED) !== 0;
  }

  #printOf(value: string): Print {
    return printOf(`value ${value}`, this.#key);
  }

  #keep(print: Print, learnt: Learnt): void {
    this.#deps.conversations.keep(print, learnt, this.#key, this.#deps.now());
  }
}

const LABELLED: Learnt = { set: TAINTED, clear: 0 };

function checkOf(budget: Budget): () => void {
  return () => budget.check('mcp links');
}

/** Looks at the time now and then, since a look takes longer than a step. */
function paceOf(budget: Budget): () => void {
  const check = checkOf(budget);
  let steps = 0;
  return () => {
    if (++steps % STEPS === 0) check();
  };
}

function nothing(): void {
  // Nothing is kept where nothing asks for it.
}
