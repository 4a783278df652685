import type { Verdict } from '../../exchange/index.ts';
import {
  judgeCall,
  replaceSpans,
  scanText,
  Tally,
  type ActionContext,
  type Budget,
  type TextRule,
} from '../index.ts';
import { applyEdits, argumentLeaves, type Edit } from '../../dialects/json/index.ts';
import type { StreamCall } from '../../dialects/dialect.ts';

/** What to put into the frame that carried a piece of a call. */
export interface PieceEdit {
  readonly frame: number;
  readonly pointer: string;
  readonly replacement: string;
}

/** A tool call of a stream, withheld until its name and its arguments are complete and have passed (invariant 4). */
export class OpenCall {
  readonly #key: string;
  #name: string | null = null;
  #arguments = '';
  readonly #pieces: { readonly frame: number; readonly pointer: string }[] = [];
  #judged: Verdict | null = null;
  /** Set by the guard once the verdict was handed out to be recorded. */
  onRecord = false;

  constructor(key: string) {
    this.#key = key;
  }

  /** Null until the call is complete. */
  get verdict(): Verdict | null {
    return this.#judged;
  }

  get name(): string {
    return this.#name ?? '';
  }

  /** UTF-16 code units of arguments withheld. */
  get held(): number {
    return this.#judged === null ? this.#arguments.length : 0;
  }

  /** `frame` is the sequence number of the frame that carries the piece. */
  push(frame: number, piece: StreamCall): void {
    this.#name ??= piece.name;
    this.#arguments += piece.arguments;
    if (piece.pointer !== null) this.#pieces.push({ frame, pointer: piece.pointer });
  }

  /**
   * The call is complete: judges it, scans its arguments by the egress rules and returns what changes in the frames: the whole new
   * arguments go into the first piece, the other pieces become empty.
   */
  end(
    action: ActionContext,
    rules: readonly TextRule[],
    egress: Tally,
    budget: Budget,
  ): readonly PieceEdit[] {
    const text = this.#arguments;
    const [first, ...others] = this.#pieces.splice(0);
    // A reply may call tools without end: what was judged is not kept.
    this.#arguments = '';
    const tally = new Tally(action.policy.mode);
    judgeCall(action, { pointer: this.#key, name: this.name, arguments: text }, tally, budget);
    this.#judged = tally.verdict();
    if (first === undefined || text === '' || this.#judged.kind === 'block') return [];
    const edits: Edit[] = [];
    for (const leaf of argumentLeaves(text)) {
      const spans = scanText(leaf.text, this.#key, rules, { tally: egress, budget });
      if (spans.length > 0)
        edits.push({ pointer: leaf.pointer, replacement: replaceSpans(leaf.text, spans) });
    }
    if (edits.length === 0) return [];
    const replacement = applyEdits(text, edits);
    return [{ ...first, replacement }, ...others.map((piece) => ({ ...piece, replacement: '' }))];
  }
}
