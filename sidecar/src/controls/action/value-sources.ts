import type { Exchange, Segment } from '../../exchange/index.ts';
import type { ArgumentSources, CompiledPolicy, ValueSource } from '../../policy/compile/compiled.ts';
import { TrustedResults } from './trusted-results.ts';

/** Further values of one call are not looked up, and count as unfounded: each lookup reads the whole text. */
const MAX_VALUES = 256;

/** The texts of one request in which values of arguments are looked up. Each is read when the first value is looked up in it. */
class ValueSources {
  readonly #exchange: Exchange;
  readonly #policy: CompiledPolicy;
  readonly #texts = new Map<ValueSource, string>();

  constructor(exchange: Exchange, policy: CompiledPolicy) {
    this.#exchange = exchange;
    this.#policy = policy;
  }

  /** True if every value of the named arguments stands in one of their sources. Names are compared as tool servers do, without case. */
  allow(args: Readonly<Record<string, unknown>>, sources: readonly ArgumentSources[]): boolean {
    return Object.entries(args).every(([name, value]) => {
      const rules = sources.filter(({ argument }) => argument === name.toLowerCase());
      if (rules.length === 0) return true;
      const values = new Set(valuesIn(value));
      if (values.size > MAX_VALUES) return false;
      return [...values].every((each) =>
        rules.every(({ from }) => from.some((source) => this.#stands(each, source))),
      );
    });
  }

  #stands(value: string, source: ValueSource): boolean {
    return standsIn(this.#textOf(source), folded(value));
  }

  #textOf(source: ValueSource): string {
    let text = this.#texts.get(source);
    if (text === undefined) {
      // A value does not stand across two texts.
      text = this.#segmentsOf(source)
        .map((segment) => folded(segment.text))
        .join('\n');
      this.#texts.set(source, text);
    }
    return text;
  }

  #segmentsOf(source: ValueSource): readonly Segment[] {
    const { segments } = this.#exchange.prompt;
    const results = new TrustedResults(this.#exchange.prompt, this.#policy.action.trusts);
    return segments.filter(({ pointer, origin, channel }) => {
      const trust = results.trustOf(pointer);
      if (source === 'trusted') return trust === 'trusted';
      // Unknown members and definitions of tools may come from elsewhere, whoever sends them.
      return trust === null && origin === source && channel === 'content';
    });
  }
}

const OF_EXCHANGES = new WeakMap<Exchange, WeakMap<CompiledPolicy, ValueSources>>();

/** The sources of an exchange under a policy, for all of its calls. */
export function sourcesOf(exchange: Exchange, policy: CompiledPolicy): ValueSources {
  const ofExchange = OF_EXCHANGES.get(exchange) ?? new WeakMap<CompiledPolicy, ValueSources>();
  OF_EXCHANGES.set(exchange, ofExchange);
  const sources = ofExchange.get(policy) ?? new ValueSources(exchange, policy);
  ofExchange.set(policy, sources);
  return sources;
}

/** Strings and numbers at and below a value, and keys that are data rather than names of members. */
function valuesIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.trim() === '' ? [] : [value];
  if (typeof value === 'number') return [String(value)];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(valuesIn);
  return Object.entries(value).flatMap(([key, member]) => [
    ...(/^[A-Za-z_]\w{0,63}$/.test(key) ? [] : [key]),
    ...valuesIn(member),
  ]);
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/gu, ' ').trim();
}

/** `value` and `text` are folded. Part of a longer word, address or number is another value. */
function standsIn(text: string, value: string): boolean {
  if (value === '') return false;
  for (let at = text.indexOf(value); at >= 0; at = text.indexOf(value, at + 1)) {
    const end = at + value.length;
    if (!continues(text[at - 1], text[at - 2]) && !continues(text[end], text[end + 1])) return true;
  }
  return false;
}

/** True if `next`, beside a match, belongs to the same word. `beyond` is the character behind it. */
function continues(next = ' ', beyond = ' '): boolean {
  if (/[\p{L}\p{N}\p{M}\p{Cs}_@-]/u.test(next)) return true;
  return /[.+'%:]/.test(next) && /[\p{L}\p{N}]/u.test(beyond);
}
