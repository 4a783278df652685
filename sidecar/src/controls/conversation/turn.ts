import type { Exchange, Flow, Prompt, Segment, ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { valuesOfText } from '../action/argument-values.ts';
import { privatePlaces } from '../action/private.ts';
import { trustIn } from '../action/taint.ts';
import { TrustedResults } from '../action/trusted-results.ts';
import { callPrints } from './call-prints.ts';
import type { ConversationMemory } from './conversation-memory.ts';
import { PASSAGE, Passages, wordsIn, type Passage, type PrintKey } from './passages.ts';
import { ALL_LABELS, PRIVATE, TAINTED, type Learnt } from './print-memory.ts';
import { SaidText } from './said-text.ts';

/** Passages of one foreign text that are kept: enough to know a part of a long page again. */
const MAX_OF_TEXT = 64;

interface Text {
  /** `result`: foreign, or private; not said in the conversation itself. */
  readonly whose: 'result' | 'model' | 'caller';
  /** Of a result. */
  readonly labels: number;
  readonly words: readonly number[];
  /** The model reads it after the one before: a passage may lie across both. */
  readonly runs: boolean;
}

/** The first text of a request with each label; beyond the last text: none. */
interface Marks {
  readonly tainted: number;
  readonly isPrivate: number;
}

/**
 * One turn of a conversation, linked to others by what was said in them. LLM APIs have clients send the history again, and a client may leave
 * out what tainted it. What the model said after it read untrusted text, and that text itself, taint the turn in which they come back. Private
 * data are followed in the same way.
 */
export class Turn {
  readonly #memory: ConversationMemory;
  readonly #key: PrintKey;
  readonly #nowMs: number;
  readonly #texts: readonly Text[];
  /** What was said or read in such turns. */
  readonly #linked: Marks;
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
    this.#linked = this.#findLinks();
  }

  /** What something in it was said or read with, in earlier turns. */
  get recalled(): Flow {
    const { tainted, isPrivate } = this.#linked;
    const end = this.#texts.length;
    return { tainted: tainted < end, isPrivate: isPrivate < end };
  }

  /** Call it once the request is judged: keeps what is foreign or private in it, and what the model said after that. */
  learn(flow: Flow): void {
    const from: Marks = {
      tainted: flow.tainted ? this.#from(this.#linked.tainted, TAINTED) : this.#texts.length,
      isPrivate: flow.isPrivate ? this.#from(this.#linked.isPrivate, PRIVATE) : this.#texts.length,
    };
    const foreign = new Set<number>();
    let words: readonly number[] = [];
    for (const [index, text] of this.#texts.entries()) {
      switch (text.whose) {
        case 'result':
          this.#learnResult(text, foreign);
          break;
        case 'caller':
          this.#learnOwn(text, foreign);
          break;
        case 'model':
          this.#learnSaid(text, words, {
            tainted: index >= from.tainted,
            isPrivate: index >= from.isPrivate,
          });
          break;
        default:
          text.whose satisfies never;
      }
      if (text.runs) words = [...words, ...text.words.slice(-PASSAGE)].slice(-PASSAGE);
    }
    this.#tail = words;
  }

  /** A piece of a text of the reply. Pieces of one `key` continue each other. */
  say(key: string, piece: string, flow: Flow): void {
    let said = this.#said.get(key);
    if (said === undefined) this.#said.set(key, (said = new SaidText(this.#key, this.#tail)));
    for (const passage of said.push(piece)) this.#keep(passage, replied(flow));
  }

  /** A call of the reply. */
  call({ name, alsoNamed = [], arguments: args, pointer }: ToolCall, flow: Flow): void {
    for (const [index, value] of valuesOfText(args).entries()) {
      const key = `${pointer} ${index}`;
      this.say(key, value, flow);
      this.#endText(key, flow);
    }
    if (!flow.tainted) return;
    for (const print of callPrints([name, ...alsoNamed], args, this.#key))
      this.#memory.keep(print, { set: TAINTED, clear: 0 }, this.#nowMs);
  }

  /** The texts of the reply are complete. */
  end(flow: Flow): void {
    for (const key of this.#said.keys()) this.#endText(key, flow);
  }

  #endText(key: string, flow: Flow): void {
    for (const passage of this.#said.get(key)?.end() ?? []) this.#keep(passage, replied(flow));
    this.#said.delete(key);
  }

  #findLinks(): Marks {
    const end = this.#texts.length;
    let [tainted, isPrivate] = [end, end];
    if (this.#memory.isEmpty) return { tainted, isPrivate };
    let before: readonly number[] = [];
    for (const [index, { whose, words, runs }] of this.#texts.entries()) {
      if (whose === 'result') continue;
      const passages = new Passages(runs ? [...before.slice(1 - PASSAGE), ...words] : words, this.#key);
      if (runs) before = [...before, ...words.slice(-PASSAGE)].slice(-PASSAGE);
      // A caller may happen to use the words of one passage.
      const labels = this.#labelsIn(passages, whose === 'model' ? 1 : 2);
      if ((labels & TAINTED) !== 0) tainted = Math.min(tainted, index);
      if ((labels & PRIVATE) !== 0) isPrivate = Math.min(isPrivate, index);
      if (tainted < end && isPrivate < end) break;
    }
    return { tainted, isPrivate };
  }

  /** Labels that at least so many of the passages have. */
  #labelsIn(passages: Passages, needed: number): number {
    const [tainted, isPrivate] = [new Set<number>(), new Set<number>()];
    for (let index = 0; index < passages.length; index++) {
      const passage = passages.at(index);
      const labels = this.#find(passage);
      if ((labels & TAINTED) !== 0) tainted.add(passage.id);
      if ((labels & PRIVATE) !== 0) isPrivate.add(passage.id);
    }
    return (tainted.size >= needed ? TAINTED : 0) | (isPrivate.size >= needed ? PRIVATE : 0);
  }

  /** The first result or linked text with a label. Where something else gave it, all that the model said to the caller may follow from it. */
  #from(linked: number, label: number): number {
    const result = this.#texts.findIndex(({ labels }) => (labels & label) !== 0);
    const first = result < 0 ? linked : Math.min(result, linked);
    if (first < this.#texts.length) return first;
    return Math.max(
      0,
      this.#texts.findIndex(({ whose, runs }) => whose === 'caller' && runs),
    );
  }

  #learnResult({ words, labels }: Text, foreign: Set<number>): void {
    const all = new Passages(words, this.#key);
    for (let index = 0; index < all.length; index++) foreign.add(all.at(index).id);
    const passages = [...all.sampled()].filter(({ id }) => !this.#own.has(id));
    const kept = passages.length <= MAX_OF_TEXT ? passages : passages.sort((a, b) => a.low - b.low);
    for (const passage of kept.slice(0, MAX_OF_TEXT)) this.#keep(passage, { set: labels, clear: 0 });
  }

  #learnOwn({ words }: Text, foreign: ReadonlySet<number>): void {
    const { tainted, isPrivate } = this.recalled;
    const passages = new Passages(words, this.#key);
    for (let index = 0; index < passages.length; index++) {
      const passage = passages.at(index);
      const labels = tainted || isPrivate ? this.#find(passage) : 0;
      if (labels !== 0) this.#keep(passage, { set: labels, clear: 0 });
      else if (!foreign.has(passage.id)) this.#own.add(passage.id);
    }
  }

  #learnSaid({ words: own, runs }: Text, before: readonly number[], flow: Flow): void {
    const set = labelsOf(flow);
    if (set === 0) return;
    const said = new SaidText(this.#key, runs ? before : []);
    for (const passage of [...said.add(own), ...said.end()]) this.#keep(passage, { set, clear: 0 });
  }

  #keep(passage: Passage, { set, clear }: Learnt): void {
    const foreign = this.#own.has(passage.id) ? 0 : set;
    if (foreign !== 0 || clear !== 0) this.#memory.keep(passage, { set: foreign, clear }, this.#nowMs);
  }

  #find(passage: Passage): number {
    return this.#memory.find(passage, this.#nowMs);
  }
}

function labelsOf({ tainted, isPrivate }: Flow): number {
  return (tainted ? TAINTED : 0) | (isPrivate ? PRIVATE : 0);
}

/** What the model also says without untrusted text, or without private data, before it carries nothing of these. */
function replied(flow: Flow): Learnt {
  const set = labelsOf(flow);
  return { set, clear: ALL_LABELS & ~set };
}

function textsOf(prompt: Prompt, policy: CompiledPolicy, key: PrintKey): readonly Text[] {
  const trustOf = trustIn(prompt, new TrustedResults(prompt, policy.action.trusts));
  const places = privatePlaces(prompt, policy);
  return prompt.segments.flatMap((segment): readonly Text[] => {
    const trust = trustOf(segment);
    const labels = (trust === 'foreign' ? TAINTED : 0) | (places.contain(segment) ? PRIVATE : 0);
    if (segment.channel === 'tool_definition' || (trust === 'trusted' && labels === 0)) return [];
    const whose = labels !== 0 ? 'result' : segment.origin === 'assistant' ? 'model' : 'caller';
    const runs = whose !== 'result' && isRunning(segment);
    return [{ whose, labels, words: wordsIn(segment.text, key), runs }];
  });
}

/** Reasoning, calls and metadata are often not sent again. */
function isRunning({ channel }: Segment): boolean {
  return channel === 'content' || channel === 'refusal';
}
