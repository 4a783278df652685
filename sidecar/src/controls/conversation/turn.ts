import type { Exchange, Prompt, Segment, ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { valuesOfText } from '../action/argument-values.ts';
import { trustIn } from '../action/taint.ts';
import { TrustedResults } from '../action/trusted-results.ts';
import { callPrints } from './call-prints.ts';
import type { ConversationMemory } from './conversation-memory.ts';
import { PASSAGE, Passages, wordsIn, type Passage, type PrintKey } from './passages.ts';
import { SaidText } from './said-text.ts';

/** Passages of one foreign text that are kept: enough to know a part of a long page again. */
const MAX_OF_TEXT = 64;

interface Text {
  readonly whose: 'foreign' | 'model' | 'caller';
  readonly words: readonly number[];
  /** The model reads it after the one before: a passage may lie across both. */
  readonly runs: boolean;
}

/**
 * One turn of a conversation, linked to others by what was said in them. LLM APIs have clients send the history again, and a client may leave
 * out what tainted it. What the model said after it read untrusted text, and that text itself, taint the turn in which they come back.
 */
export class Turn {
  readonly #memory: ConversationMemory;
  readonly #key: PrintKey;
  readonly #nowMs: number;
  readonly #texts: readonly Text[];
  /** The first text that was said or read while tainted; none: -1. */
  readonly #linkedAt: number;
  /** Passages of the caller and the workload: who repeats them says nothing that is foreign. */
  readonly #own = new Set<number>();
  /** The last words of the conversation. */
  #tail: readonly number[] = [];
  readonly #said = new Map<string, SaidText>();

  constructor(
    memory: ConversationMemory,
    exchange: Pick<Exchange, 'direction' | 'caller'>,
    prompt: Prompt,
    { policy, nowMs }: { readonly policy: CompiledPolicy; readonly nowMs: number },
  ) {
    this.#memory = memory;
    this.#key = memory.keyOf(exchange);
    this.#nowMs = nowMs;
    this.#texts = textsOf(prompt, policy, this.#key);
    this.#linkedAt = memory.isEmpty ? -1 : this.#findLink();
  }

  /** Something in it was said, or read, in a tainted turn. */
  get isLinked(): boolean {
    return this.#linkedAt >= 0;
  }

  /** Call it once the request is judged: keeps what is foreign in it, and what the model said after that. */
  learn(isTainted: boolean): void {
    const from = isTainted ? this.#taintedFrom() : this.#texts.length;
    const foreign = new Set<number>();
    let words: readonly number[] = [];
    for (const [index, text] of this.#texts.entries()) {
      switch (text.whose) {
        case 'foreign':
          this.#learnForeign(text, foreign);
          break;
        case 'caller':
          this.#learnOwn(text, foreign);
          break;
        case 'model':
          if (index >= from) this.#learnSaid(text, words);
          break;
        default:
          text.whose satisfies never;
      }
      if (text.runs) words = [...words, ...text.words.slice(-PASSAGE)].slice(-PASSAGE);
    }
    this.#tail = words;
  }

  /** A piece of a text of the reply. Pieces of one `key` continue each other. */
  say(key: string, piece: string, isTainted: boolean): void {
    let said = this.#said.get(key);
    if (said === undefined) this.#said.set(key, (said = new SaidText(this.#key, this.#tail)));
    for (const passage of said.push(piece)) this.#keep(passage, isTainted);
  }

  /** A call of the reply. */
  call({ name, alsoNamed = [], arguments: args, pointer }: ToolCall, isTainted: boolean): void {
    for (const [index, value] of valuesOfText(args).entries()) {
      const key = `${pointer} ${index}`;
      this.say(key, value, isTainted);
      this.#endText(key, isTainted);
    }
    if (!isTainted) return;
    for (const print of callPrints([name, ...alsoNamed], args, this.#key))
      this.#memory.keep(print, 'tainted', this.#nowMs);
  }

  /** The texts of the reply are complete. */
  end(isTainted: boolean): void {
    for (const key of this.#said.keys()) this.#endText(key, isTainted);
  }

  #endText(key: string, isTainted: boolean): void {
    for (const passage of this.#said.get(key)?.end() ?? []) this.#keep(passage, isTainted);
    this.#said.delete(key);
  }

  #findLink(): number {
    let before: readonly number[] = [];
    return this.#texts.findIndex(({ whose, words, runs }) => {
      if (whose === 'foreign') return false;
      const passages = new Passages(runs ? [...before.slice(1 - PASSAGE), ...words] : words, this.#key);
      if (runs) before = [...before, ...words.slice(-PASSAGE)].slice(-PASSAGE);
      const found = new Set<number>();
      // A caller may happen to use the words of one passage.
      const needed = whose === 'model' ? 1 : 2;
      for (let index = 0; index < passages.length && found.size < needed; index++) {
        const passage = passages.at(index);
        if (this.#find(passage) === 'tainted') found.add(passage.id);
      }
      return found.size >= needed;
    });
  }

  /** The first foreign or linked text. Where something else taints, all that the model said to the caller may follow from it. */
  #taintedFrom(): number {
    const marks = [this.#linkedAt, this.#texts.findIndex(({ whose }) => whose === 'foreign')];
    const known = marks.filter((index) => index >= 0);
    if (known.length > 0) return Math.min(...known);
    const asked = this.#texts.findIndex(({ whose, runs }) => whose === 'caller' && runs);
    return asked < 0 ? 0 : asked;
  }

  #learnForeign({ words }: Text, foreign: Set<number>): void {
    const all = new Passages(words, this.#key);
    for (let index = 0; index < all.length; index++) foreign.add(all.at(index).id);
    const passages = [...all.sampled()].filter(({ id }) => !this.#own.has(id));
    const kept = passages.length <= MAX_OF_TEXT ? passages : passages.sort((a, b) => a.low - b.low);
    for (const passage of kept.slice(0, MAX_OF_TEXT)) this.#keep(passage, true);
  }

  #learnOwn({ words }: Text, foreign: ReadonlySet<number>): void {
    const passages = new Passages(words, this.#key);
    for (let index = 0; index < passages.length; index++) {
      const passage = passages.at(index);
      if (this.isLinked && this.#find(passage) === 'tainted') this.#keep(passage, true);
      else if (!foreign.has(passage.id)) this.#own.add(passage.id);
    }
  }

  #learnSaid({ words: own, runs }: Text, before: readonly number[]): void {
    const said = new SaidText(this.#key, runs ? before : []);
    for (const passage of [...said.add(own), ...said.end()]) this.#keep(passage, true);
  }

  /** What the model also says without untrusted text before it carries nothing of such text. */
  #keep(passage: Passage, isTainted: boolean): void {
    const isKnown = isTainted && (this.#own.has(passage.id) || this.#find(passage) === 'clean');
    if (!isKnown) this.#memory.keep(passage, isTainted ? 'tainted' : 'clean', this.#nowMs);
  }

  #find(passage: Passage): ReturnType<ConversationMemory['find']> {
    return this.#memory.find(passage, this.#nowMs);
  }
}

function textsOf(prompt: Prompt, policy: CompiledPolicy, key: PrintKey): readonly Text[] {
  const trustOf = trustIn(prompt, new TrustedResults(prompt, policy.action.trusts));
  return prompt.segments.flatMap((segment): readonly Text[] => {
    const trust = trustOf(segment);
    if (segment.channel === 'tool_definition' || trust === 'trusted') return [];
    const whose = trust === 'foreign' ? 'foreign' : segment.origin === 'assistant' ? 'model' : 'caller';
    return [{ whose, words: wordsIn(segment.text, key), runs: whose !== 'foreign' && isRunning(segment) }];
  });
}

/** Reasoning, calls and metadata are often not sent again. */
function isRunning({ channel }: Segment): boolean {
  return channel === 'content' || channel === 'refusal';
}
