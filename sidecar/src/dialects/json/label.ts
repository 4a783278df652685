/** Short, without white space or any sign that text needs: a sentence, an address or a link never passes. */
export function isLabel(text: string): boolean {
  return /^[A-Za-z0-9_.:/+=-]{0,256}$/.test(text) && !text.includes('//');
}
