import { excludedParts } from './needed.ts';
import { Prefilter } from './prefilter.ts';
import { printPattern } from './print.ts';
import { shortest, type Node } from './syntax.ts';

/** Selects the patterns whose alternatives that exclude lookalikes may match. Many patterns share one. */
export class Exclusions {
  /** Null: no pattern excludes anything. */
  readonly #prefilter: Prefilter | null;
  /** The patterns of each different exclusion. */
  readonly #owners: readonly (readonly number[])[];

  /** @param nodes null for patterns without a group, which exclude nothing */
  constructor(nodes: readonly (Node | null)[]) {
    const distinct = new Map<string, { readonly parts: Node; readonly owners: number[] }>();
    for (const [index, node] of nodes.entries()) {
      const parts = node === null ? null : excludedParts(node);
      if (parts === null) continue;
      const source = printPattern(parts);
      const known = distinct.get(source) ?? { parts, owners: [] };
      known.owners.push(index);
      distinct.set(source, known);
    }
    const exclusions = [...distinct.values()];
    this.#prefilter =
      exclusions.length === 0
        ? null
        : new Prefilter(exclusions.map(({ parts }) => ({ parts: [parts], shortest: shortest(parts) })));
    this.#owners = exclusions.map(({ owners }) => owners);
  }

  /** Indexes of the patterns that may exclude something. `room`: code units that it may have. */
  candidates(bytes: Buffer, room = Infinity): readonly number[] {
    return this.#prefilter?.candidates(bytes, room).flatMap((index) => this.#owners[index] ?? []) ?? [];
  }
}
