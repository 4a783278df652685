/** Whether a byte of a decoded block is text: printable ASCII or white space; a zero between two of them is half of UTF-16. */
export function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Text of decoded bytes; null if they are none. Bytes of other alphabets become U+FFFD: no detector of spans looks for them. */
export function textOf(bytes: readonly number[]): string | null {
  let text = '';
  for (const byte of bytes) {
    if (byte === 0) continue;
    if (!isText(byte) && byte < 0x80) return null;
    text += byte < 0x80 ? String.fromCharCode(byte) : '\ufffd';
  }
  return text;
}
