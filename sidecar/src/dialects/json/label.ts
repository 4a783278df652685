/** Short, without white space or punctuation of text: false for sentences, addresses and links. */
export function isLabel(text: string): boolean {
  return /^[A-Za-z0-9_.:/+=-]{0,256}$/.test(text) && !text.includes('//');
}
