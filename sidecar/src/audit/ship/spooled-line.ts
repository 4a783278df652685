import { TextDecoder } from 'node:util';

/** A line of the record to be sent. */
export interface SpooledLine {
  /** Exactly the bytes of the file as UTF-8, without the newline. */
  readonly text: string;
  readonly origin: string;
  readonly position: number;
  readonly kind: string;
  /** Milliseconds since the epoch; null for a line without time (`checkpoint`). */
  readonly timeMs: number | null;
  /** Exchange of a decision, else null. */
  readonly exchange: string | null;
  readonly verdict: string | null;
  readonly code: string | null;
  readonly outcome: string | null;
  /** The sealed bodies that it names. */
  readonly bodies: readonly NamedBody[];
}

interface NamedBody {
  /** Of the file, 64 hex digits. */
  readonly sha256: string;
  readonly part: string;
}

/** A sealed body to be sent before the line that names it. */
export interface SpooledBody extends NamedBody, Pick<SpooledLine, 'exchange' | 'timeMs'> {
  /** The file of age as it is. */
  readonly sealed: Uint8Array;
}

// `fatal`: the decoded text encodes back to the same bytes, so that no lone surrogate, which no encoder could send, comes from a file.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Null if the bytes are not UTF-8 or not a line of `origin`: nothing could be sent under its name. */
export function readSpooledLine(bytes: Uint8Array, origin: string): SpooledLine | null {
  try {
    const text = decoder.decode(bytes);
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return null;
    const members: Readonly<Record<string, unknown>> = { ...value };
    const position = members['seq'];
    if (members['origin'] !== origin || typeof position !== 'number' || !Number.isSafeInteger(position))
      return null;
    const timeMs = Date.parse(textOf(members['time']) ?? '');
    return {
      text,
      origin,
      position,
      kind: textOf(members['kind']) ?? '',
      timeMs: Number.isFinite(timeMs) ? timeMs : null,
      exchange: textOf(members['exchange']),
      verdict: textOf(members['verdict']),
      code: textOf(members['code']),
      outcome: textOf(members['outcome']),
      bodies: bodiesOf(members['bodies']),
    };
  } catch {
    return null;
  }
}

/** Only with digests: they become names of files. */
function bodiesOf(value: unknown): readonly NamedBody[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((each: unknown) => {
    if (typeof each !== 'object' || each === null) return [];
    const members: Readonly<Record<string, unknown>> = { ...each };
    const sha256 = textOf(members['sha256']) ?? '';
    return /^[0-9a-f]{64}$/.test(sha256) ? [{ sha256, part: textOf(members['part']) ?? '' }] : [];
  });
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
