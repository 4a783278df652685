import type { Frame, Framing, StreamReader } from '../dialect.ts';
import { createFramer } from '../framing/index.ts';

/** The texts and calls of a stream, assembled by key, as the guard would see them. */
export interface Collected {
  readonly texts: Readonly<Record<string, string>>;
  readonly whole: readonly string[];
  readonly calls: Readonly<Record<string, string>>;
  readonly ended: readonly string[];
  readonly finishReasons: readonly string[];
  readonly complete: boolean;
}

/** Reads frames, and reports each as released when `release` is set. */
export function collect(reader: StreamReader, frames: readonly Frame[], release = true): Collected {
  const texts: Record<string, string> = {};
  const calls: Record<string, string> = {};
  const whole: string[] = [];
  const ended: string[] = [];
  const finishReasons: string[] = [];
  for (const frame of frames) {
    const content = reader.read(frame);
    for (const piece of content.texts) {
      if (piece.whole) whole.push(`${piece.origin}/${piece.channel}: ${piece.text}`);
      else texts[piece.key] = (texts[piece.key] ?? '') + piece.text;
    }
    for (const piece of content.calls) {
      calls[piece.key] =
        (calls[piece.key] ?? '') + (piece.name === null ? '' : `${piece.name} `) + piece.arguments;
    }
    ended.push(...content.ended);
    finishReasons.push(...content.finishReasons);
    if (release) reader.released(frame);
  }
  return { texts, whole, calls, ended, finishReasons, complete: reader.complete() };
}

/** The frames of a stream's bytes, split at the given offsets. */
export function framesOf(framing: Framing, wire: Uint8Array, cuts: readonly number[] = []): readonly Frame[] {
  const framer = createFramer(framing);
  const bounds = [0, ...cuts, wire.length];
  const frames = bounds.slice(1).flatMap((end, index) => [...framer.push(wire.subarray(bounds[index], end))]);
  frames.push(...framer.end());
  return frames.flatMap(({ event, data }) => (data === null ? [] : [{ event, data }]));
}

/** Reads a stream's bytes, split at the given offsets. */
export function collectWire(
  framing: Framing,
  reader: StreamReader,
  wire: Uint8Array,
  cuts: readonly number[],
): Collected {
  return collect(reader, framesOf(framing, wire, cuts));
}

/** Every way to split `length` bytes once, and into single bytes. */
export function everyCut(length: number): readonly (readonly number[])[] {
  const offsets = Array.from({ length }, (_, index) => index);
  return [offsets, ...offsets.map((offset) => [offset])];
}
