/** Neighbouring windows share this part of their length: an instruction of that length is whole in one of them. */
const SHARED = 0.2;
/** Windows end at white space if there is some in this last part. */
const LAST = 0.1;

/** The text in overlapping windows of at most `bytes` bytes of UTF-8, each at least four; one where it is not longer. */
export function* windowsOf(text: string, bytes: number): Generator<string, void> {
  // No character has more than three bytes for each of its code units.
  if (text.length * 3 <= bytes || Buffer.byteLength(text) <= bytes) {
    yield text;
    return;
  }
  for (let start = 0; ;) {
    const end = endWithin(text, start, bytes);
    yield text.slice(start, end);
    if (end === text.length) return;
    start = startBefore(text, start, end);
  }
}

function endWithin(text: string, start: number, bytes: number): number {
  let end = start;
  for (let left = bytes; end < text.length;) {
    const point = text.codePointAt(end) ?? 0;
    left -= point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (left < 0) break;
    end += point < 0x10000 ? 1 : 2;
  }
  if (end === text.length) return end;
  const first = end - Math.floor((end - start) * LAST);
  for (let at = end; at > first; at--) if (/\s/.test(text.charAt(at))) return at;
  return end;
}

/** Later than `start`, and no half of a character. */
function startBefore(text: string, start: number, end: number): number {
  const at = Math.max(start + 1, end - Math.floor((end - start) * SHARED));
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) && /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) ? at + 1 : at;
}
