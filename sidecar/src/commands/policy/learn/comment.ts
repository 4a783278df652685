/** Names and rules come from the record, which may be forged: no line of a comment may end early. */
export function withoutControls(line: string): string {
  return line.replace(/\p{C}|[\u2028\u2029]/gu, '\ufffd');
}
