import type { Exchange, Segment } from '../../exchange/index.ts';
import { foldName } from '../../policy/compile/names/argument-names.ts';
import type { ArgumentSources, CompiledPolicy, ValueSource } from '../../policy/compile/compiled.ts';
import { typedIn } from '../ingress/pasted.ts';
import { TrustedResults } from './trusted-results.ts';
import { Asked } from './asked.ts';
import { standsIn, folded } from './standing.ts';
import { valuesIn, valuesOfText } from './argument-values.ts';

/** Further values of one call are not looked up, and count as unfounded: each lookup reads the whole text. */
const MAX_VALUES = 256;

/** A text in which values may stand, and what was asked to get it: a tool may repeat that. */
interface Source {
  text: string;
  readonly asked: Asked;
}

const NOT_ASKED = new Asked([]);

/** A number with its sign, which people leave out: `#W124`. */
const NUMBERED = /^#[\p{L}\p{N}-]*\p{N}[\p{L}\p{N}-]*$/u;

/** The addresses of a list of several; null for any other text. */
function addressesIn(value: string): readonly string[] | null {
  const parts = value.split(/[,;]/, MAX_VALUES + 1).map((part) => part.trim());
  if (parts.length < 2 || parts.length > MAX_VALUES) return null;
  return parts.every((part) => /^[^@]+@[^@\s]+$/.test(part)) ? parts : null;
}

/** The texts of one request in which values of arguments are looked up. Each is read when the first value is looked up in it. */
class ValueSources {
  readonly #segments: readonly Segment[];
  readonly #results: TrustedResults;
  readonly #known = new Map<ValueSource, readonly Source[]>();

  constructor({ prompt }: Exchange, policy: CompiledPolicy) {
    this.#segments = prompt.segments;
    this.#results = new TrustedResults(prompt, policy.action.trusts);
  }

  /** True if every value of the named arguments stands in one of their sources. Names are compared as tool servers may (`foldName`). */
  allow(args: Readonly<Record<string, unknown>>, sources: readonly ArgumentSources[]): boolean {
    return Object.entries(args).every(([name, value]) => {
      const argument = foldName(name);
      const rules = sources.filter((source) => source.argument === argument);
      if (rules.length === 0) return true;
      const values = valuesIn(value);
      if (values === null || values.size > MAX_VALUES) return false;
      return [...values].map(folded).every((each) => rules.every(({ from }) => this.#founded(each, from)));
    });
  }

  /** A list of mail addresses in one text is as good as the addresses. */
  #founded(value: string, from: readonly ValueSource[]): boolean {
    const stands = (each: string): boolean => from.some((source) => this.#stands(each, source));
    return stands(value) || addressesIn(value)?.every(stands) === true;
  }

  #stands(value: string, source: ValueSource): boolean {
    const written = NUMBERED.test(value) ? [value, value.slice(1)] : [value];
    return this.#textsOf(source).some(
      ({ text, asked }) => written.some((each) => standsIn(text, each)) && !asked.holds(value),
    );
  }

  #textsOf(source: ValueSource): readonly Source[] {
    let texts = this.#known.get(source);
    if (texts === undefined) {
      texts = source === 'trusted' ? this.#trusted() : this.#written(source);
      this.#known.set(source, texts);
    }
    return texts;
  }

  /** A value does not stand across two texts: they are lines of their own. */
  #written(source: 'user' | 'system'): readonly Source[] {
    // Unknown members and definitions of tools may come from elsewhere, whoever sends them.
    const written = this.#segments.filter(
      ({ pointer, origin, channel }) =>
        origin === source && channel === 'content' && this.#results.around(pointer) === null,
    );
    return [{ text: written.map((segment) => folded(typedIn(segment))).join('\n'), asked: NOT_ASKED }];
  }

  #trusted(): readonly Source[] {
    const found = new Map<string, Source>();
    for (const segment of this.#segments) {
      const enclosing = this.#results.around(segment.pointer);
      if (enclosing?.isTrusted !== true || isOfModel(segment)) continue;
      const { pointer, asked } = enclosing.result;
      const source = found.get(pointer) ?? { text: '', asked: new Asked(asked) };
      source.text += `${textOf(segment.text)}\n`;
      found.set(pointer, source);
    }
    return [...found.values()];
  }
}

/** A call of the provider's tool and its result may be one item. */
function isOfModel({ origin, channel }: Segment): boolean {
  return origin === 'assistant' || channel === 'tool_arguments';
}

/** A text as it stands and, if it is JSON, the values in it. */
export function textOf(text: string): string {
  return [text, ...valuesOfText(text)].map(folded).join('\n');
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
