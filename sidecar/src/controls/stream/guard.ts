import {
  Budget,
  isGuarded,
  judgeMedia,
  rulesIn,
  Tally,
  type ActionContext,
  type TextRule,
} from '../index.ts';
import type { FrameContent, StreamCall, StreamReader, StreamText } from '../../dialects/dialect.ts';
import { blankFrame, type WireFrame } from '../../dialects/framing/index.ts';
import { Malformed } from '../../dialects/malformed.ts';
import {
  contributorOf,
  isUntrusted,
  type Contributor,
  type Flow,
  type Refusal,
  type Usage,
  type Verdict,
} from '../../exchange/index.ts';
import { forkTexts } from './forks.ts';
import { HeldFrame } from './held-frame.ts';
import { Intake } from './intake.ts';
import { OpenCall } from './open-call.ts';
import { heldIn, refuseTooMuch, roomForText } from './room.ts';
import { judgeRun } from './run.ts';
import { RunningText } from './running-text.ts';
import { completed, type Step, type StreamFacts } from './step.ts';

export interface GuardOptions {
  readonly reader: StreamReader;
  readonly rules: readonly TextRule[];
  readonly action: ActionContext;
  readonly now: () => number;
  /** The client gets nothing of the reply before its end. */
  readonly isKept?: boolean;
  /** Is told each piece of what the model says, in order. */
  readonly heard?: (key: string, piece: string, flow: Flow) => void;
}

const WAIT: Step = { kind: 'wait' };
/** Sequence number of content that arrived in no frame. */
const NO_FRAME = -1;

/**
 * Guards one streamed reply: frames are pushed whole and in order, and leave in order unchanged, redacted, or not at all. A frame leaves
 * only when all of its text is final and all of its calls have passed. Owns the queue of held frames. Follow `next()` until it returns
 * `wait`. The client's view does not depend on how the upstream split the bytes: frames are judged one by one, or as a run when no rule
 * finds anything in them, which is equivalent.
 */
export class StreamGuard {
  readonly #options: GuardOptions;
  readonly #tally: Tally;
  readonly #guarded: boolean;
  readonly #texts = new Map<string, RunningText>();
  /** The running text of the latest piece: most frames continue the one before. */
  #latest: { readonly key: string; readonly text: RunningText } | null = null;
  readonly #calls = new Map<string, OpenCall>();
  readonly #queue: HeldFrame[] = [];
  readonly #intake: Intake;
  /** Number of frames to take one by one, since they contain a finding. */
  #singly = 0;
  #pending: Extract<Step, { kind: 'record' }> | null = null;
  #blocked: (Verdict & { readonly kind: 'block' }) | null = null;
  #chars = 0;
  #judgedEnd = false;
  #hasHandedOver = false;
  /** The reply contained text of neither the caller nor the model. */
  #tainted = false;
  readonly #contributors = new Set<Contributor>();
  #model: string | null = null;
  #usage: Usage | null = null;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#tally = new Tally(options.action.policy.mode);
    this.#guarded = isGuarded(options.action.policy, options.rules);
    this.#intake = new Intake(options.reader);
  }

  get facts(): StreamFacts {
    return {
      model: this.#model,
      usage: this.#usage,
      tools: [...this.#calls.values()].flatMap((call) => call.names),
    };
  }

  /** UTF-16 code units of text and arguments so far, without repetitions. */
  get chars(): number {
    return this.#chars;
  }

  /** What the model has read, including the reply so far. */
  get flow(): Flow {
    const { tainted, isPrivate } = this.#options.action;
    return { tainted: tainted || this.#tainted, isPrivate };
  }

  /** What besides the model has a part in the reply so far. */
  get contributors(): readonly Contributor[] {
    return [...this.#contributors];
  }

  /** A call for the client to run was released. */
  get hasHandedOver(): boolean {
    return this.#hasHandedOver;
  }

  /** UTF-16 code units held back now. */
  get held(): number {
    return heldIn(this.#texts) + heldIn(this.#calls);
  }

  /** Frames wait for text or for calls to be judged. */
  get holds(): boolean {
    return this.#queue.length > 0;
  }

  /** Adds arrived frames. */
  push(frames: readonly WireFrame[]): void {
    if (this.#blocked === null) this.#intake.add(frames);
  }

  /** The next step. Repeat until it is `wait`. @throws Malformed, DetectorUnavailable: the caller refuses. */
  next(): Step {
    if (this.#pending !== null) return this.#pending;
    if (this.#blocked !== null) return { kind: 'withheld', verdict: this.#blocked };
    for (;;) {
      if (this.#tally.blocked) return this.#decide('egress', this.#tally.verdict(), null);
      const head = this.#queue[0];
      if (head?.final === true) return this.#gate(head) ?? this.#release(head);
      if (!this.#take()) return WAIT;
    }
  }

  /** Frames that end the reply cleanly as withheld, after the released ones. */
  finish(refusal: Refusal): string {
    return this.#options.reader.finish(refusal, this.#intake.unjudged);
  }

  /** The decision of step `record` is durable. */
  recorded(): void {
    const verdict = this.#pending?.verdict;
    this.#pending = null;
    if (verdict?.kind !== 'block') return;
    this.#blocked = verdict;
    this.#queue.length = 0;
    // What the client got may run.
    if (this.#options.isKept === true || !this.#hasHandedOver)
      for (const call of this.#calls.values()) call.takeBack();
  }

  /** The upstream ended. A reply that is complete without a last frame gets its last decision now: true means continue with `next()`. */
  end(): boolean {
    if (this.#judgedEnd || this.#blocked !== null || !this.#options.reader.complete()) return false;
    const budget = new Budget(this.#options.action.policy.limits.detectorMs, this.#options.now);
    const held = new HeldFrame(blankFrame(''), NO_FRAME, null);
    this.#queue.push(held);
    const rest = this.#options.reader.rest?.();
    this.#takeCalls(held, rest?.calls ?? [], budget);
    this.#endAll(held, budget);
    return true;
  }

  /** The upstream ended. True if the reply is complete and all of it was released. */
  finished(): boolean {
    return (
      this.#queue.length === 0 && this.#intake.empty && this.#judgedEnd && this.#options.reader.complete()
    );
  }

  #release(head: HeldFrame): Step {
    this.#queue.shift();
    const { wire, data } = head.render();
    // A later frame may repeat the text from its beginning.
    for (const slot of head.slots) if (slot.repeats !== true) slot.text.forget(slot.end);
    this.#hasHandedOver ||= head.calls.some(({ isForClient }) => isForClient);
    const { content, frame, isHeartbeat, references } = head;
    if (content !== null && data !== null) this.#options.reader.released({ event: frame.event, data });
    return { kind: 'release', wire, references, isHeartbeat };
  }

  /** Judges the next run of frames, or the next frame. False if none has arrived. */
  #take(): boolean {
    if (this.#intake.empty) return false;
    const budget = new Budget(this.#options.action.policy.limits.detectorMs, this.#options.now);
    if (this.#singly === 0) {
      const run = this.#intake.run();
      if (run.length > 1) {
        if (this.#takeRun(run, budget)) return true;
        this.#singly = run.length;
      }
    }
    const held = this.#intake.take();
    if (held === null) return false;
    if (this.#singly > 0) this.#singly -= 1;
    this.#takeOne(held, budget);
    return true;
  }

  #takeRun(run: readonly HeldFrame[], budget: Budget): boolean {
    const room = roomForText(this.#options.action.policy.limits.holdChars) - this.held;
    if (!judgeRun(run, { textOf: (piece) => this.#textOf(piece), room, budget })) return false;
    for (const held of run) {
      this.#note(held);
      this.#taint(held.content);
      this.#queue.push(held);
    }
    this.#intake.takeRun(run.length);
    return true;
  }

  #takeOne(held: HeldFrame, budget: Budget): void {
    const { content } = held;
    if (held.isHeartbeat) this.#queue.unshift(held);
    else this.#queue.push(held);
    if (content === null) return;
    this.#note(held);
    judgeMedia(content.media ?? [], this.#options.action.policy.egress.media, 'egress', this.#tally);
    this.#takeTexts(held, content, budget);
    this.#takeCalls(held, content.calls, budget);
    for (const key of content.signed ?? []) this.#endSigned(key, held, budget);
    for (const key of content.ended) this.#end(key, held, budget);
    this.#taint(content);
    if (content.last && !this.#judgedEnd) this.#endAll(held, budget);
    const { holdChars } = this.#options.action.policy.limits;
    refuseTooMuch(heldIn(this.#texts), heldIn(this.#calls), holdChars);
  }

  #note({ content, edits }: HeldFrame): void {
    if (content === null) return;
    this.#model ??= content.model;
    this.#usage = content.usage ?? this.#usage;
    for (const own of content.texts) {
      const { key, whole, mirror, repeats, text, origin } = own;
      if (whole || mirror === true) continue;
      const piece = repeats === true ? text.slice(this.#textOf(own).length) : text;
      this.#chars += piece.length;
      if (origin === 'assistant') this.#options.heard?.(key, piece, this.flow);
    }
    if (this.#guarded && content.unreadable !== undefined)
      for (const pointer of content.unreadable) edits.push({ pointer, replacement: null });
  }

  /** Results of tools run by the provider taint the calls after them. */
  #taint(content: FrameContent | null): void {
    for (const text of content?.texts ?? []) {
      this.#tainted ||= isUntrusted(text);
      const contributor = contributorOf(text);
      if (contributor !== null) this.#contributors.add(contributor);
    }
  }

  #textOf(piece: StreamText): RunningText {
    const { key } = piece;
    if (this.#latest?.key === key) return this.#latest.text;
    let text = this.#texts.get(key);
    if (text === undefined)
      this.#texts.set(key, (text = new RunningText(key, this.#rulesIn(piece), this.#tally)));
    this.#latest = { key, text };
    return text;
  }

  #rulesIn(piece: StreamText): readonly TextRule[] {
    const { rules, action } = this.#options;
    return rulesIn(piece, action.exchange.dialect, rules);
  }

  #takeTexts(held: HeldFrame, content: FrameContent, budget: Budget): void {
    if (content.forks !== undefined) {
      forkTexts(content.forks, this.#texts, this.#queue);
      this.#latest = null;
    }
    for (const piece of content.texts) {
      if (piece.whole) {
        held.scanWhole(piece, this.#rulesIn(piece), this.#tally, budget);
        continue;
      }
      const text = this.#textOf(piece);
      if (piece.repeats === true) {
        text.push(piece.text.slice(text.length), budget);
        held.slots.push({ text, pointer: piece.pointer, start: 0, end: piece.text.length, repeats: true });
      } else held.slots.push({ text, pointer: piece.pointer, ...text.push(piece.text, budget) });
    }
  }

  #takeCalls(held: HeldFrame, calls: readonly StreamCall[], budget: Budget): void {
    for (const piece of calls) {
      let call = this.#calls.get(piece.key);
      if (call !== undefined && call.verdict !== null)
        throw new Malformed(piece.key, 'a call continues after its end');
      if (call === undefined) this.#calls.set(piece.key, (call = new OpenCall(piece.key)));
      this.#chars += piece.arguments.length;
      this.#tainted ||= piece.tainted === true;
      call.push(held.sequence, piece);
      held.calls.push(call);
      if (piece.whole) this.#end(piece.key, held, budget);
    }
  }

  #end(key: string, held: HeldFrame, budget: Budget): void {
    this.#texts.get(key)?.end(budget);
    const call = this.#calls.get(key);
    if (call?.verdict !== null) return;
    const { action, rules } = this.#options;
    const edits = call.end({ ...action, ...this.flow }, rules, this.#tally, budget);
    for (const edit of edits)
      this.#frame(edit.frame, held).edits.push({ pointer: edit.pointer, replacement: edit.replacement });
  }

  /** A signed text that was changed could not be sent back: it is withheld with everything after it. */
  #endSigned(key: string, held: HeldFrame, budget: Budget): void {
    this.#end(key, held, budget);
    const changedBy = this.#texts.get(key)?.changedBy ?? [];
    if (changedBy.length === 0) return;
    const hit = {
      control: 'egress',
      rule: 'reasoning.signed',
      code: 'sensitive_output',
      pointer: null,
    } as const;
    const detail = `text that the server signed would be changed by ${changedBy.join(' and ')} of the policy`;
    this.#tally.hit(hit, { action: 'block', mode: 'enforce' }, detail);
  }

  #endAll(held: HeldFrame, budget: Budget): void {
    for (const key of [...this.#texts.keys(), ...this.#calls.keys()]) this.#end(key, held, budget);
    this.#judgedEnd = true;
    held.gate = 'end';
  }

  #frame(sequence: number, latest: HeldFrame): HeldFrame {
    return this.#queue.find((frame) => frame.sequence === sequence) ?? latest;
  }

  /** A decision that must be durable before `head` leaves; null if there is none. */
  #gate(head: HeldFrame): Step | null {
    const call = head.calls.find((candidate) => !candidate.onRecord);
    if (call !== undefined && call.verdict !== null) {
      const settled = call.takeSettling();
      if (settled !== null) return { kind: 'settle', settled };
      call.onRecord = true;
      return this.#decide('action', call.verdict, call);
    }
    if (head.gate !== 'end') return null;
    head.gate = null;
    return this.#decide('egress', this.#tally.verdict(), null);
  }

  #decide(control: 'egress' | 'action', verdict: Verdict, call: OpenCall | null): Step {
    const whole = completed(control, verdict, this.#tally.verdict().hits);
    const [tools, calls] = [call?.names ?? [], call?.take() ?? []];
    this.#pending = { kind: 'record', control, verdict: whole, tools, calls };
    return this.#pending;
  }
}
