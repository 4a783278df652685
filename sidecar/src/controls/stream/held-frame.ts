import { replaceSpans, scanText, type Budget, type Tally, type TextRule } from '../index.ts';
import type { FrameContent, StreamText } from '../../dialects/dialect.ts';
import { renderFrame, type WireFrame } from '../../dialects/framing/index.ts';
import { applyEdits, type Edit } from '../../dialects/json/index.ts';
import type { OpenCall } from './open-call.ts';
import type { RunningText } from './running-text.ts';

/** Where a piece of a running text sits in a frame. Offsets are absolute in the running text. */
export interface Slot {
  readonly text: RunningText;
  readonly pointer: string;
  readonly start: number;
  readonly end: number;
}

/** A frame that waits until all of its text is final and all of its calls are judged. */
export class HeldFrame {
  readonly frame: WireFrame;
  readonly sequence: number;
  /** Null for comments and blank keep-alives. */
  readonly content: FrameContent | null;
  readonly slots: Slot[] = [];
  readonly calls: OpenCall[] = [];
  readonly edits: Edit[] = [];
  /** The verdict over the whole reply must be on the record before this frame leaves. */
  gate: 'end' | null = null;

  constructor(frame: WireFrame, sequence: number, content: FrameContent | null) {
    this.frame = frame;
    this.sequence = sequence;
    this.content = content;
  }

  get final(): boolean {
    return (
      this.slots.every((slot) => slot.text.released >= slot.end) &&
      this.calls.every((call) => call.verdict !== null)
    );
  }

  /** Judges a text that stands alone in this frame. */
  scanWhole(piece: StreamText, rules: readonly TextRule[], tally: Tally, budget: Budget): void {
    const spans = scanText(piece.text, piece.key, rules, { tally, budget });
    if (spans.length === 0) return;
    const replacement = piece.mirror === true ? null : replaceSpans(piece.text, spans);
    this.edits.push({ pointer: piece.pointer, replacement });
  }

  /** What the client gets: the bytes, as they came where nothing is to be replaced, and the data in them. */
  render(): { readonly wire: string | Uint8Array; readonly data: string | null } {
    const { frame } = this;
    const edits = [...this.edits, ...this.slots.flatMap((slot) => editOf(slot, this.content))];
    if (edits.length === 0 || frame.data === null) return { wire: frame.wire, data: frame.data };
    const mirrors = this.content?.mirrors.map((pointer) => ({ pointer, replacement: null })) ?? [];
    const data = applyEdits(frame.data, [...edits, ...mirrors]);
    return { wire: renderFrame(frame, data), data };
  }
}

/** What changes in a slot: a span that begins in it leaves its replacement here, one that began before only takes away. */
function editOf(slot: Slot, content: FrameContent | null): readonly Edit[] {
  const spans = slot.text.spansIn(slot.start, slot.end);
  if (spans.length === 0) return [];
  const piece = content?.texts.find((candidate) => candidate.pointer === slot.pointer);
  if (piece?.mirror === true) return [{ pointer: slot.pointer, replacement: null }];
  const original = piece?.text ?? '';
  const local = spans.map((span) => ({
    start: Math.max(0, span.start - slot.start),
    end: Math.min(span.end - slot.start, original.length),
    replacement: span.start < slot.start ? '' : span.replacement,
  }));
  return [{ pointer: slot.pointer, replacement: replaceSpans(original, local) }];
}
