const NUMBER = new Intl.NumberFormat('en-US');

/** `12,345` */
export function number(count: number): string {
  return NUMBER.format(count);
}

/** `1 exchange`, `12 exchanges` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

/** The first digits of a digest. */
export function short(digest: string): string {
  return digest.slice(0, 8);
}
