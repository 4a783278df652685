import type { Frame, StreamReader } from '../dialect.ts';

/** What a stream said, put together again by key, as the guard would see it. */
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
