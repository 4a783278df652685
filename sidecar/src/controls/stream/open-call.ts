import type { ToolCall, Verdict } from '../../exchange/index.ts';
import {
  judgeCall,
  judgeReserving,
  replaceSpans,
  scanText,
  Tally,
  type ActionContext,
  type Budget,
  type TextRule,
} from '../index.ts';
import { applyEdits, readArguments, type Edit } from '../../dialects/json/index.ts';
import { Malformed } from '../../dialects/malformed.ts';
import type { StreamCall } from '../../dialects/dialect.ts';
import { CallName } from './call-name.ts';
import { restoredArguments } from './restored-call.ts';

/** The new content of a frame that carried a piece of a call. */
export interface PieceEdit {
  readonly frame: number;
  readonly pointer: string;
  readonly replacement: string;
}

const NOTHING_TO_RUN: Verdict = { kind: 'allow', hits: [] };

/** A tool call of a stream, withheld until its name and its arguments are complete and have passed (invariant 4). */
export class OpenCall {
  readonly #key: string;
  readonly #name = new CallName();
  #arguments = '';
  readonly #pieces: { readonly frame: number; readonly pointer: string }[] = [];
  #freeText = false;
  #uncertain = false;
  #atProvider = false;
  #judged: Verdict | null = null;
  /** What was judged, until it is handed out to be recorded. */
  #whole: ToolCall | null = null;
  /** Names as judged. */
  #names: readonly string[] | null = null;
  /** What it counts is to be reserved at the server that replicas share. */
  #settling: (() => Promise<Verdict>) | null = null;
  #takingBack: (() => void) | null = null;
  /** Set by the guard once the verdict was submitted for recording. */
  onRecord = false;

  constructor(key: string) {
    this.#key = key;
  }

  /** Null until the call is complete. */
  get verdict(): Verdict | null {
    return this.#judged;
  }

  /** All names that clients may read; empty before any piece names the call. */
  get names(): readonly string[] {
    return this.#names ?? this.#name.readings();
  }

  /** The client runs it. */
  get isForClient(): boolean {
    return !this.#atProvider && this.names.length > 0;
  }

  /** UTF-16 code units of arguments and names withheld. */
  get held(): number {
    return this.#judged === null ? this.#arguments.length + this.#name.length : 0;
  }

  /** The call as it was judged, once: it is not kept. Empty where there was nothing to run. */
  take(): readonly ToolCall[] {
    const whole = this.#whole;
    this.#whole = null;
    return whole === null ? [] : [whole];
  }

  /** Makes its verdict final, once; null where it is. */
  takeSettling(): (() => Promise<void>) | null {
    const settling = this.#settling;
    this.#settling = null;
    if (settling === null) return null;
    return async () => {
      this.#judged = await settling();
    };
  }

  /** The client does not get it, so that it does not count. */
  takeBack(): void {
    if (this.#judged?.kind !== 'block') this.#takingBack?.();
    this.#takingBack = null;
  }

  /** `frame` is the sequence number of the frame with the piece. */
  push(frame: number, piece: StreamCall): void {
    this.#name.push(piece);
    this.#arguments += piece.arguments;
    this.#freeText ||= piece.freeText === true;
    this.#uncertain ||= piece.uncertain === true;
    this.#atProvider ||= piece.atProvider === true;
    if (piece.pointer !== null) this.#pieces.push({ frame, pointer: piece.pointer });
  }

  /**
   * The call is complete: judges it, scans its arguments by the egress rules and returns the changes: the first piece gets the new
   * arguments, the other pieces become empty. @throws Malformed if no piece named the call.
   */
  end(
    action: ActionContext,
    rules: readonly TextRule[],
    egress: Tally,
    budget: Budget,
  ): readonly PieceEdit[] {
    const text = this.#arguments;
    const [first, ...others] = this.#pieces.splice(0);
    // A reply may contain any number of calls: judged arguments are kept only until the decision is handed out.
    this.#arguments = '';
    this.#judged = this.#judge(action, restoredArguments(text, this.#key, rules, budget), budget);
    if (first === undefined || text === '' || this.#judged.kind === 'block') return [];
    const replacement = this.#scan(text, rules, egress, budget);
    if (replacement === null) return [];
    return [{ ...first, replacement }, ...others.map((piece) => ({ ...piece, replacement: '' }))];
  }

  #judge(action: ActionContext, text: string, budget: Budget): Verdict {
    this.#names = this.#name.readings(action.exchange.prompt.offers);
    const [name, ...alsoNamed] = this.#names;
    if (name === undefined) {
      if (text.trim() !== '') throw new Malformed(this.#key, 'a call without a name');
      this.onRecord = true;
      return NOTHING_TO_RUN;
    }
    const call = {
      pointer: this.#key,
      name,
      alsoNamed,
      arguments: this.#freeText ? JSON.stringify({ input: text }) : text,
      uncertain: this.#uncertain,
      atProvider: this.#atProvider,
    };
    this.#whole = call;
    const { policy } = action;
    // Judged again, it has the time of another judgement.
    let within = budget;
    const isEnforced = policy.mode === 'enforce' && policy.action.mode === 'enforce';
    const { verdict, settle, takeBack } = judgeReserving(action.counting, isEnforced, (counting) => {
      const tally = new Tally(policy.mode);
      judgeCall({ ...action, ...(counting === undefined ? {} : { counting }) }, call, tally, within);
      return tally.verdict();
    });
    this.#takingBack = takeBack ?? null;
    if (settle !== undefined)
      this.#settling = () => {
        within = budget.anew();
        return settle();
      };
    return verdict;
  }

  /** The arguments to release; null if unchanged. */
  #scan(text: string, rules: readonly TextRule[], tally: Tally, budget: Budget): string | null {
    const reading = readArguments(text);
    if (reading.kind === 'json') {
      const edits: Edit[] = [];
      for (const leaf of reading.leaves) {
        const spans = scanText(leaf.text, this.#key, rules, { tally, budget });
        if (spans.length > 0)
          edits.push({ pointer: leaf.pointer, replacement: replaceSpans(leaf.text, spans) });
      }
      return edits.length === 0 ? null : applyEdits(text, edits);
    }
    const [asItStands, ...meant] = reading.readings;
    const spans = scanText(asItStands, this.#key, rules, { tally, budget });
    const judging = rules.filter(({ restores }) => restores === undefined);
    const hidden = meant.filter((other) => scanText(other, this.#key, judging, { tally, budget }).length > 0);
    // A finding that shows only without escapes has no offsets in the text.
    if (hidden.length > 0) return '';
    return spans.length === 0 ? null : replaceSpans(asItStands, spans);
  }
}
