import type { Frame, FrameContent, StreamText } from '../dialect.ts';

interface Shape {
  readonly event: string | null;
  /** The data before and behind the text. */
  readonly head: string;
  readonly tail: string;
  readonly content: FrameContent;
  readonly text: StreamText;
}

/** A string of JSON that stands for itself: without quotes, escapes, control characters and halves of characters. */
const VERBATIM = /^[^"\\\u0000-\u001f\ud800-\udfff]+$/;
/** A number may be read as text, and does not stand between quotes. */
const NUMBER = /^(?:[-+.0-9Ee]+|-?Infinity)$/;
/** Members whose strings are running text whatever is in them. Elsewhere the text decides: it may be a medium, or a key. */
const WORDS = /^\/choices\/\d+\/(?:delta\/(?:content|reasoning_content|reasoning)|text)$/;

/**
 * Frames that differ from the one before in the words of one running text. JSON around the string is the same, so the content is the same
 * but for these words: it need not be parsed anew. Most frames of a stream are such frames.
 */
export class AlikeFrames {
  #latest: Shape | null = null;

  /** The content of a frame like the one before; null: it must be read, and then noted. */
  read({ event, data }: Frame): FrameContent | null {
    const latest = this.#latest;
    if (latest === null) return null;
    const { head, tail, content, text } = latest;
    if (event === latest.event && data.startsWith(head) && data.endsWith(tail)) {
      const words = data.slice(head.length, data.length - tail.length);
      // Empty too where both ends share characters.
      if (VERBATIM.test(words)) return withWords(content, text, words);
    }
    this.#latest = null;
    return null;
  }

  /** Notes a frame that was read, and changed nothing else for the frames after it. */
  note({ event, data }: Frame, content: FrameContent): void {
    const text = onlyText(content);
    if (text === null || !VERBATIM.test(text.text) || NUMBER.test(text.text)) return;
    const quoted = `"${text.text}"`;
    const at = data.indexOf(quoted);
    // Without escapes every string stands between quotes as it is, so that the only such place is that of the text.
    if (at < 0 || data.includes(quoted, at + 1) || data.includes('\\')) return;
    const begin = at + 1;
    const tail = data.slice(begin + text.text.length);
    this.#latest = { event, head: data.slice(0, begin), tail, content, text };
  }
}

/** Member by member, because this runs for each frame, and copies of objects take several times as long. */
function withWords(
  { calls, ended, mirrors, last, model, usage, finishReasons }: FrameContent,
  { key, pointer, origin, channel, whole }: StreamText,
  words: string,
): FrameContent {
  const texts = [{ key, pointer, text: words, origin, channel, whole }];
  return { texts, calls, ended, mirrors, last, model, usage, finishReasons };
}

/** The running text of a frame that only continues it; null of any other frame. */
function onlyText(content: FrameContent): StreamText | null {
  const { texts, calls, ended, usage, finishReasons, last, media, references } = content;
  const [text] = texts;
  if (text === undefined || texts.length > 1 || text.whole || !WORDS.test(text.pointer)) return null;
  if (text.repeats !== undefined || text.mirror !== undefined) return null;
  const isMore = calls.length > 0 || ended.length > 0 || finishReasons.length > 0 || usage !== null || last;
  // Chat does not know `text`, nor completions `delta`: strings there are media if they are long.
  return isMore || media !== undefined || references !== undefined ? null : text;
}
