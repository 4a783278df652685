import {
  mergeSpans,
  replaceSpans,
  scanText,
  type Budget,
  type Span,
  type Tally,
  type TextRule,
} from '../index.ts';
import type { FrameContent, StreamText } from '../../dialects/dialect.ts';
import { isHeartbeat, renderFrame, type WireFrame } from '../../dialects/framing/index.ts';
import { applyEdits, type Edit } from '../../dialects/json/index.ts';
import type { OpenCall } from './open-call.ts';
import type { RunningText } from './running-text.ts';

/** Position of a piece of running text in a frame. Offsets are absolute in the running text. */
export interface Slot {
  readonly text: RunningText;
  readonly pointer: string;
  readonly start: number;
  readonly end: number;
  /** Other slots have the same part of the text too. Default: false. */
  readonly repeats?: boolean;
}

/** Replacements at a pointer; offsets are relative to the piece there. */
interface Change {
  readonly original: string;
  readonly mirror: boolean;
  readonly spans: readonly Span[];
}

const NO_REFERENCES: readonly string[] = [];

/** A frame that waits until all of its text is final and all of its calls are judged. */
export class HeldFrame {
  readonly frame: WireFrame;
  readonly sequence: number;
  /** Null for comments and blank keep-alives. */
  readonly content: FrameContent | null;
  /** Carries no content: need not wait for earlier frames. */
  readonly isHeartbeat: boolean;
  readonly slots: Slot[] = [];
  readonly calls: OpenCall[] = [];
  readonly edits: Edit[] = [];
  /** A text may be read in two ways: alone, and as part of a running text. */
  #changes: Map<string, Change> | null = null;
  /** The verdict on the whole reply must be recorded before this frame leaves. */
  gate: 'end' | null = null;

  constructor(frame: WireFrame, sequence: number, content: FrameContent | null) {
    this.frame = frame;
    this.sequence = sequence;
    this.content = content;
    this.isHeartbeat = content === null && isHeartbeat(frame);
  }

  get final(): boolean {
    return (
      this.slots.every((slot) => slot.text.released >= slot.end) &&
      this.calls.every((call) => call.verdict !== null)
    );
  }

  /** References in the frame, as delivered. Valid once it is rendered. */
  get references(): readonly string[] {
    const references = this.content?.references;
    if (references === undefined) return NO_REFERENCES;
    const isKept = (pointer: string): boolean =>
      !this.edits.some((edit) => edit.pointer === pointer) && this.#changes?.has(pointer) !== true;
    return references.flatMap(({ pointer, value }) => (isKept(pointer) ? [value] : []));
  }

  /** Judges a text that is complete in this frame. */
  scanWhole(piece: StreamText, rules: readonly TextRule[], tally: Tally, budget: Budget): void {
    this.#change(piece, scanText(piece.text, piece.key, rules, { tally, budget }));
  }

  /** The bytes for the client, unchanged if nothing is replaced, and the data in them. */
  render(): { readonly wire: string | Uint8Array; readonly data: string | null } {
    const { frame } = this;
    if (this.content?.dropped === true) return { wire: '', data: frame.data };
    for (const slot of this.slots) this.#settle(slot);
    const isSame = this.edits.length === 0 && this.#changes === null;
    if (isSame || frame.data === null) return { wire: frame.wire, data: frame.data };
    const edits = [...this.edits, ...[...(this.#changes ?? [])].map(editOf)];
    const mirrors = this.content?.mirrors.map((pointer) => ({ pointer, replacement: null })) ?? [];
    const data =
      this.content?.isPlain === true
        ? (edits[0]?.replacement ?? '')
        : applyEdits(frame.data, [...edits, ...mirrors]);
    return { wire: renderFrame(frame, data), data };
  }

  /** A span that begins in the slot leaves its replacement here; of one that began earlier, only the text is removed. */
  #settle({ text, pointer, start, end }: Slot): void {
    const spans = text.spansIn(start, end);
    if (spans.length === 0) return;
    const piece = this.content?.texts.find((candidate) => candidate.pointer === pointer);
    if (piece === undefined) return;
    const local = spans.map((span) => ({
      start: Math.max(0, span.start - start),
      end: Math.min(span.end - start, piece.text.length),
      replacement: span.start < start ? '' : span.replacement,
    }));
    this.#change(piece, local);
  }

  #change({ pointer, text, mirror = false }: StreamText, spans: readonly Span[]): void {
    if (spans.length === 0) return;
    const before = this.#changes?.get(pointer);
    this.#changes ??= new Map();
    this.#changes.set(pointer, {
      original: text,
      mirror: mirror || before?.mirror === true,
      spans: mergeSpans([...(before?.spans ?? []), ...spans]),
    });
  }
}

function editOf([pointer, { original, mirror, spans }]: readonly [string, Change]): Edit {
  return { pointer, replacement: mirror ? null : replaceSpans(original, spans) };
}
