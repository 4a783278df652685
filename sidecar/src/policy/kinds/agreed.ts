import type { Rule } from './rule.ts';

/** Between values in which layers differ: no value has it. */
const DIFFERS = '\n';

/** A text that all layers must give alike: none is stricter than another. Layers that do not make the policy invalid (`differences`). */
export function agreed<T extends string>(): Rule<T> {
  return {
    // Two different ones are no value of the key; nothing reads them but `differences`.
    meet: (a, b) => [...new Set([a, b].flatMap((each) => each.split(DIFFERS)))].sort().join(DIFFERS) as T,
    canonical: (value) => value,
  };
}

/** The keys of a mapping in which layers differ. */
export function differences(setting: object): readonly string[] {
  return Object.entries(setting).flatMap(([name, value]: readonly [string, unknown]) =>
    typeof value === 'string' && value.includes(DIFFERS) ? [name] : [],
  );
}
