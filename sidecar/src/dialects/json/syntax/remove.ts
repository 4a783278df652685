import { Malformed } from '../../malformed.ts';
import { closingQuote, endOfValue, skipSpace } from './lexeme.ts';
import { pointerSteps } from './pointer.ts';

/** Removals at and below a place. */
interface Plan {
  gone: boolean;
  readonly below: Map<string, Plan>;
}

/**
 * Removes members of objects and elements of arrays from a JSON text; the others stay as written. Pointers are those of `text`, plain RFC
 * 6901. `text` must have been accepted by `parseText`. @throws Malformed if a pointer leads nowhere, or to the document itself.
 */
export function removeParts(text: string, pointers: readonly string[]): string {
  if (pointers.length === 0) return text;
  const root: Plan = { gone: false, below: new Map() };
  for (const pointer of pointers) {
    let plan = root;
    for (const { token } of pointerSteps(pointer)) {
      let next = plan.below.get(token);
      if (next === undefined) plan.below.set(token, (next = { gone: false, below: new Map() }));
      plan = next;
    }
    if (plan === root) throw new Malformed(pointer, 'the document itself cannot be removed');
    plan.gone = true;
  }
  return without(text, skipSpace(text, 0), root).text;
}

/** The value that begins at `start`, without the removed parts, and the index after it. */
function without(text: string, start: number, plan: Plan): { readonly text: string; readonly end: number } {
  const first = text.charAt(start);
  if (plan.below.size === 0) {
    const end = endOfValue(text, start);
    return { text: text.slice(start, end), end };
  }
  if (first !== '{' && first !== '[') throw new Malformed('', 'no such place to remove');
  const close = first === '{' ? '}' : ']';
  const kept: string[] = [];
  let found = 0;
  let at = skipSpace(text, start + 1);
  for (let index = 0; text.charAt(at) !== close; index++) {
    const name = at;
    if (first === '{') at = skipSpace(text, skipSpace(text, closingQuote(text, at) + 1) + 1);
    const key =
      first === '{' ? (JSON.parse(text.slice(name, closingQuote(text, name) + 1)) as string) : String(index);
    const below = plan.below.get(key);
    const written = text.slice(name, at);
    if (below === undefined) {
      const end = endOfValue(text, at);
      kept.push(written + text.slice(at, end));
      at = end;
    } else {
      found++;
      const rest = below.gone ? { text: '', end: endOfValue(text, at) } : without(text, at, below);
      if (!below.gone) kept.push(written + rest.text);
      at = rest.end;
    }
    at = skipSpace(text, at);
    if (text.charAt(at) === ',') at = skipSpace(text, at + 1);
  }
  if (found < plan.below.size) throw new Malformed('', 'no such place to remove');
  return { text: first + kept.join(',') + close, end: at + 1 };
}
