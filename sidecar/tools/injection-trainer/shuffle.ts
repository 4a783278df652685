/** Numbers from 0 to below its argument, the same for the same seed. */
export function generator(seed: number): (end: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return (end) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % end;
  };
}

/** In place. */
export function shuffle(order: Int32Array, below: (end: number) => number): void {
  for (let at = order.length - 1; at > 0; at--) {
    const other = below(at + 1);
    const swapped = order[at] ?? 0;
    order[at] = order[other] ?? 0;
    order[other] = swapped;
  }
}
