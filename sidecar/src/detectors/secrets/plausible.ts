/** Bits per character by Shannon. 0 for the empty text. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) {
    const share = count / text.length;
    bits -= share * Math.log2(share);
  }
  return bits;
}

/** Words that people put where a secret would be. */
const PLACEHOLDER =
  /example|sample|placeholder|your[-_ ]?(?:api|own|secret|token|key|password|access)|changeme|change[-_]me|replace[-_]?me|dummy|fake|redacted|insert|xxxxx|\*{4}|\.{4}|<[^>]{0,40}>|\$\{|\{\{|%\(|\$\(|abcdefghij|0123456789|1234567890|deadbeef/i;
const RUN = /(.)\1{7}/;

/** True where the text shows that it stands for a secret instead of being one. */
export function isPlaceholder(text: string): boolean {
  return PLACEHOLDER.test(text) || RUN.test(text);
}
