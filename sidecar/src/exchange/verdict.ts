import type { RefusalCode } from './refusal.ts';

export type Control = 'ingress' | 'egress' | 'action' | 'audit';
/** `redact`, `mask` and `tokenise` replace what was found and make the verdict `redact`. */
export type Action = 'mask' | 'tokenise' | 'redact' | 'block';
export type Mode = 'enforce' | 'observe';

/** One rule that made a verdict, or in observe mode would have. Holds no content. */
export interface Hit {
  readonly control: Control;
  readonly rule: string;
  readonly action: Action;
  readonly code: RefusalCode;
  readonly mode: Mode;
  /**
   * RFC 6901 pointer of the segment, offer or call, with keys that are content as `*` (`publicPointer`); null for the exchange as a whole.
   */
  readonly pointer: string | null;
  /** Confidence of the detector, from 0 to 1. Absent if it has none. */
  readonly score?: number;
  /** What had to be decoded to find it: an encoding, or a kind of disguise. Absent if nothing. */
  readonly decoded?: string;
}

/** Replace `[start, end)` (UTF-16 code units of the segment's text) by `replacement`. Sorted, never overlapping per pointer. */
export interface Redaction {
  readonly pointer: string;
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/**
 * By kind of personal data: in a request, number of values that the model sees under pseudonyms; in a reply, of pseudonyms for which the caller
 * gets the values. Absent: none.
 */
export type Tokenised = Readonly<Record<string, number>>;

/** `hits` includes observed rules; only enforced hits make a verdict redact or block. */
export type Verdict =
  | {
      readonly kind: 'allow';
      readonly hits: readonly Hit[];
      /** Pseudonyms of a reply, and the values that the caller gets for them. Absent: none. */
      readonly redactions?: readonly Redaction[];
      readonly tokenised?: Tokenised;
    }
  | {
      readonly kind: 'redact';
      readonly hits: readonly Hit[];
      readonly redactions: readonly Redaction[];
      readonly tokenised?: Tokenised;
    }
  | {
      readonly kind: 'block';
      readonly hits: readonly Hit[];
      readonly code: RefusalCode;
      readonly detail: string | null;
      readonly retryAfterSeconds: number | null;
    };
