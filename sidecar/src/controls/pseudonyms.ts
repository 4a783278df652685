import { createHmac, randomBytes } from 'node:crypto';

import {
  createPatternDetector,
  NOTHING_READ,
  PSEUDONYM,
  readPseudonyms,
  type Detector,
  type Finding,
  type Reader,
  type Reading,
} from '../detectors/index.ts';
import { callerKey, type Exchange } from '../exchange/index.ts';
import { JsonPlace, quoted } from './json-number.ts';
import { replaceSpans, type Span } from './span.ts';

/** Of this process, so that no one else can tell which value a pseudonym stands for, or make one. */
const KEY = randomBytes(32);
/** Digits of a pseudonym; more where they are taken. */
const DIGITS = 6;
const MOST_DIGITS = 20;

/**
 * The values of one exchange that the model sees under pseudonyms. A value has the same one in each request of a caller to this process, however
 * much of the history is sent again. Values are compared as they are written.
 */
export class Pseudonyms {
  readonly #caller: string;
  readonly #exchange: Pick<Exchange, 'prompt'>;
  readonly #byValue = new Map<string, string>();
  readonly #values = new Map<string, string>();
  /** Pseudonyms that the request has by itself. Made when it is first needed. */
  #literal: ReadonlySet<string> | null = null;
  #detector: Detector | null = null;

  constructor(exchange: Pick<Exchange, 'prompt' | 'caller'>) {
    this.#caller = callerKey(exchange.caller);
    this.#exchange = exchange;
  }

  /** Of different values. */
  get size(): number {
    return this.#values.size;
  }

  /** Number of different values by kind: `{ EMAIL: 2 }`. */
  get counts(): Readonly<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const pseudonym of this.#values.keys()) {
      const kind = kindOf(pseudonym);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** `<EMAIL_402913>` for an `EMAIL`. */
  of(kind: string, value: string): string {
    const key = `${kind}\n${value}`;
    const known = this.#byValue.get(key);
    if (known !== undefined) return known;
    const made = this.#free(kind, this.#digitsOf(key));
    this.#byValue.set(key, made);
    this.#values.set(made, value);
    return made;
  }

  /** Undefined for what is no pseudonym of this exchange. */
  valueOf(pseudonym: string): string | undefined {
    return this.#values.get(pseudonym);
  }

  /** Reads a text as the caller will. */
  get reader(): Reader {
    return readPseudonyms((pseudonym) => this.#values.get(pseudonym));
  }

  /** Passes pieces of running texts on as the caller gets them. What may become a pseudonym waits for the next piece of its text. */
  heard<Rest extends readonly unknown[]>(
    pass: (key: string, piece: string, ...rest: Rest) => void,
  ): (key: string, piece: string, ...rest: Rest) => void {
    const texts = new Map<string, { readonly reading: Reading; readonly place: JsonPlace }>();
    const whole = readPseudonyms(() => undefined);
    return (key, piece, ...rest) => {
      const { reading: before, place } = texts.get(key) ?? { reading: NOTHING_READ, place: new JsonPlace() };
      const { text, reading } = whole(before, piece);
      texts.set(key, { reading, place });
      pass(key, this.#restored(text, place), ...rest);
    };
  }

  /** `place`: where the text begins; afterwards, where it ends. */
  #restored(text: string, place: JsonPlace): string {
    let at = 0;
    const spans = form()
      .scan(text)
      .flatMap(({ start, end }): readonly Span[] => {
        const value = this.#values.get(text.slice(start, end));
        if (value === undefined) return [];
        place.follow(text.slice(at, start));
        at = start;
        return [quoted({ start, end, replacement: value, isValue: true }, text, place)];
      });
    place.follow(text.slice(at));
    return replaceSpans(text, spans);
  }

  /** Finds pseudonyms of this exchange; findings have the kind as `rule`, and the value. */
  get detector(): Detector {
    return (this.#detector ??= {
      id: 'pseudonym',
      scan: (text) => this.#known(form().scan(text), text, 0),
      hold: (text, from) => form().hold(text, from),
      resume: (part, progress) => {
        const resumed = form().resume(part, progress);
        return { ...resumed, findings: this.#known(resumed.findings, part.text, part.base) };
      },
    });
  }

  #known(findings: readonly Finding[], text: string, base: number): readonly Finding[] {
    return findings.flatMap((finding) => {
      const pseudonym = text.slice(finding.start - base, finding.end - base);
      const value = this.#values.get(pseudonym);
      return value === undefined ? [] : [{ ...finding, rule: kindOf(pseudonym), value }];
    });
  }

  /** As many digits as no other pseudonym has, nor the request. */
  #free(kind: string, digits: string): string {
    this.#literal ??= literalIn(this.#exchange);
    for (let count = DIGITS; count < MOST_DIGITS; count++) {
      const made = `<${kind}_${digits.slice(0, count)}>`;
      if (!this.#values.has(made) && !this.#literal.has(made)) return made;
    }
    return `<${kind}_${digits}>`;
  }

  #digitsOf(text: string): string {
    const digest = createHmac('sha256', KEY).update(`${this.#caller}\n${text}`).digest();
    const digits = digest.readBigUInt64BE(0) * 2n ** 64n + digest.readBigUInt64BE(8);
    return digits.toString().padStart(MOST_DIGITS, '0').slice(-MOST_DIGITS);
  }
}

/** `EMAIL` for `<EMAIL_402913>`. */
function kindOf(pseudonym: string): string {
  return pseudonym.slice(1, pseudonym.lastIndexOf('_'));
}

/**
 * What looks like a pseudonym and stood in the request before anything was replaced: the caller wrote it, so it stays as it is. What the model
 * said may have some of an earlier turn, in reasoning that was not changed.
 */
function literalIn({ prompt }: Pick<Exchange, 'prompt'>): ReadonlySet<string> {
  const form = new RegExp(PSEUDONYM, 'g');
  return new Set(
    prompt.segments.flatMap(({ origin, text }) => (origin === 'assistant' ? [] : (text.match(form) ?? []))),
  );
}

let made: Detector | null = null;

/** Finds whatever has the form. Made when it is first needed: few policies tokenise. */
function form(): Detector {
  return (made ??= createPatternDetector('pseudonym', [{ id: 'pseudonym', source: PSEUDONYM, score: 1 }]));
}
