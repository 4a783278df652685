import { Malformed } from '../../malformed.ts';
import { closingQuote, endOfValue, skipSpace } from './lexeme.ts';
import { parseNonFinite } from './non-finite.ts';
import { pointerSteps } from './pointer.ts';

/** New text for the JSON string or number at `pointer` (`OUTER#INNER` and key pointers too); null replaces any value by `null`. */
export interface Edit {
  readonly pointer: string;
  readonly replacement: string | null;
}

/** Edits at and below a place of the document. */
interface Plan {
  readonly pointer: string;
  replacement: string | null | undefined;
  /** Edits of the JSON in the string here. */
  readonly inner: Edit[];
  readonly members: Map<string, Plan>;
  readonly keys: Map<string, Plan>;
}

interface Splice {
  readonly start: number;
  readonly end: number;
  readonly literal: string;
}

/**
 * Replaces the named literals only: every other character of `text` stays. A replaced number becomes a string. `text` must have been
 * accepted by `parseText` or `parseReply`. Edits inside a value that becomes `null` have no effect. @throws Malformed if a pointer leads nowhere or not to
 * a string or number, or if two edits of one string disagree.
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  if (edits.length === 0) return text;
  const splices: Splice[] = [];
  new Editor(text, splices).value(skipSpace(text, 0), planOf(edits));
  let out = '';
  let at = 0;
  for (const splice of splices) {
    out += text.slice(at, splice.start) + splice.literal;
    at = splice.end;
  }
  return out + text.slice(at);
}

function planOf(edits: readonly Edit[]): Plan {
  const root = emptyPlan('');
  for (const { pointer, replacement } of edits) {
    const hash = pointer.indexOf('#');
    const outer = hash === -1 ? pointer : pointer.slice(0, hash);
    let plan = root;
    for (const { token, isKey } of pointerSteps(outer)) {
      const below = isKey ? plan.keys : plan.members;
      let next = below.get(token);
      if (next === undefined) below.set(token, (next = emptyPlan(outer)));
      plan = next;
    }
    if (hash !== -1) plan.inner.push({ pointer: pointer.slice(hash + 1), replacement });
    else if (plan.replacement === undefined || plan.replacement === replacement)
      plan.replacement = replacement;
    else throw new Malformed(pointer, 'edited twice');
    if (plan.replacement !== undefined && plan.inner.length > 0) throw new Malformed(outer, 'edited twice');
  }
  return root;
}

function emptyPlan(pointer: string): Plan {
  return { pointer, replacement: undefined, inner: [], members: new Map(), keys: new Map() };
}

/** Walks valid JSON along the plans and collects the splices, in order. */
class Editor {
  readonly #text: string;
  readonly #splices: Splice[];

  constructor(text: string, splices: Splice[]) {
    this.#text = text;
    this.#splices = splices;
  }

  /** Returns the index after the value. */
  value(start: number, plan: Plan): number {
    const first = this.#text.charAt(start);
    if (plan.replacement !== undefined || plan.inner.length > 0) {
      const end = endOfValue(this.#text, start);
      const isText = first === '"' || (plan.inner.length === 0 && /[-\d]/.test(first));
      if (plan.replacement !== null && !isText) throw new Malformed(plan.pointer, 'no text to edit here');
      this.#splices.push({ start, end, literal: JSON.stringify(this.#changed(start, end, plan)) });
      return end;
    }
    if (first === '{') return this.#object(start, plan);
    if (first === '[') return this.#array(start, plan);
    throw new Malformed(plan.pointer, 'no such place to edit');
  }

  #changed(start: number, end: number, plan: Plan): string | null {
    if (plan.replacement !== undefined) return plan.replacement;
    return applyEdits(JSON.parse(this.#text.slice(start, end)) as string, plan.inner);
  }

  #object(start: number, plan: Plan): number {
    const names = plan.keys.size === 0 ? null : new FreeNames(this.#siblings(start));
    const found = { members: 0, keys: 0 };
    let at = skipSpace(this.#text, start + 1);
    while (this.#text.charAt(at) !== '}') {
      const close = closingQuote(this.#text, at) + 1;
      const key = JSON.parse(this.#text.slice(at, close)) as string;
      const keyPlan = plan.keys.get(key);
      if (keyPlan !== undefined) {
        found.keys++;
        this.#splices.push({
          start: at,
          end: close,
          literal: JSON.stringify(names?.take(keyPlan)),
        });
      }
      at = skipSpace(this.#text, skipSpace(this.#text, close) + 1);
      const below = plan.members.get(key);
      if (below !== undefined) found.members++;
      at = skipSpace(this.#text, below === undefined ? endOfValue(this.#text, at) : this.value(at, below));
      if (this.#text.charAt(at) === ',') at = skipSpace(this.#text, at + 1);
    }
    if (found.members < plan.members.size || found.keys < plan.keys.size) throw missing(plan);
    return at + 1;
  }

  #array(start: number, plan: Plan): number {
    if (plan.keys.size > 0) throw missing(plan);
    let found = 0;
    let at = skipSpace(this.#text, start + 1);
    for (let index = 0; this.#text.charAt(at) !== ']'; index++) {
      const below = plan.members.get(String(index));
      if (below !== undefined) found++;
      at = skipSpace(this.#text, below === undefined ? endOfValue(this.#text, at) : this.value(at, below));
      if (this.#text.charAt(at) === ',') at = skipSpace(this.#text, at + 1);
    }
    if (found < plan.members.size) throw missing(plan);
    return at + 1;
  }

  #siblings(start: number): ReadonlySet<string> {
    const value = parseNonFinite(this.#text.slice(start, endOfValue(this.#text, start))) as Readonly<
      Record<string, unknown>
    >;
    return new Set(Object.keys(value));
  }
}

/** Keys stay unique: a new name that its object already has gets a numeric suffix. */
class FreeNames {
  readonly #taken: Set<string>;
  /** Next suffix: many keys may get the same name. */
  readonly #counts = new Map<string, number>();

  constructor(siblings: Iterable<string>) {
    this.#taken = new Set(siblings);
  }

  take(plan: Plan): string {
    const wanted = plan.replacement;
    if (wanted === null || wanted === undefined) throw new Malformed(plan.pointer, 'a key needs text');
    let count = this.#counts.get(wanted) ?? 1;
    let name = count === 1 ? wanted : `${wanted} ${count}`;
    while (this.#taken.has(name)) name = `${wanted} ${++count}`;
    this.#counts.set(wanted, count);
    this.#taken.add(name);
    return name;
  }
}

function missing(plan: Plan): Malformed {
  const [first] = [...plan.members.values(), ...plan.keys.values()];
  return new Malformed(first?.pointer ?? plan.pointer, 'no such place to edit');
}
