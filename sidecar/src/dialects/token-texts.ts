import { isArray, isObject, leavesOf, type JsonObject, type JsonValue } from './json/index.ts';

/** A token of at least this many UTF-16 code units is also judged alone. */
const MIN_SCANNED = 8;
/** Names of numbers that are as long as that. */
const NUMBERS: ReadonlySet<string> = new Set([
  ...['token_id', 'logProbability', 'log_probability', 'logProbabilitySum', 'log_probability_sum'],
]);

/** The texts of tokens with log-probabilities. */
export interface TokenTexts {
  /**
   * The chosen tokens, then those of each rank of the alternatives, each concatenated: texts that continue from frame to frame. Behind each
   * stands what its `bytes` spell, which need not be the same.
   */
  readonly running: readonly string[];
  /** Long alternatives, and every string that stands where no server puts text, one by one. */
  readonly alone: readonly string[];
}

/** Reads arrays of `{ token, bytes, top_logprobs }` (OpenAI, Ollama) and Gemini's `{ chosenCandidates, topCandidates }`, in either spelling. */
export function tokenTexts(value: JsonValue): TokenTexts {
  const tokens = new Tokens();
  if (isObject(value)) tokens.candidates(value);
  else tokens.each(value, (step) => tokens.step(step));
  return tokens.texts();
}

/** The strings in a value, wherever they stand. */
export function stringsIn(value: JsonValue): readonly string[] {
  return leavesOf(value, '').map(({ text }) => text);
}

/** Members that are known are taken out of their object; whatever is left is read as strings, so that nothing passes unread. */
class Tokens {
  /** By rank, as are the bytes: 0 is what was chosen. */
  readonly #tokens: string[] = [];
  readonly #bytes: Buffer[][] = [];
  readonly #alone: string[] = [];

  /** A chosen token and its alternatives. */
  step(step: JsonValue): void {
    const { top_logprobs: alternatives = null, ...token } = isObject(step) ? step : { token: step };
    this.#token(token, 0);
    this.#ranked(alternatives);
  }

  candidates(result: JsonObject): void {
    const { chosenCandidates = null, chosen_candidates = null, ...rest } = result;
    const { topCandidates = null, top_candidates = null, ...others } = rest;
    for (const chosen of [chosenCandidates, chosen_candidates])
      this.each(chosen, (token) => this.#token(token, 0));
    for (const top of [topCandidates, top_candidates])
      this.each(top, (step) => {
        const { candidates = null, ...unknown } = isObject(step) ? step : { candidates: step };
        this.#ranked(candidates);
        this.#strays(unknown);
      });
    this.#strays(others);
  }

  /** The items of a list; what is none is read as strings. */
  each(value: JsonValue, read: (item: JsonValue, index: number) => void): void {
    if (isArray(value)) value.forEach(read);
    else this.#strings(value);
  }

  texts(): TokenTexts {
    const running: string[] = [];
    for (let rank = 0; rank < Math.max(this.#tokens.length, this.#bytes.length); rank += 1)
      // A character that is cut between two frames becomes U+FFFD.
      running.push(this.#tokens[rank] ?? '', Buffer.concat(this.#bytes[rank] ?? []).toString('utf8'));
    while (running.at(-1) === '') running.pop();
    return { running, alone: this.#alone };
  }

  #ranked(alternatives: JsonValue): void {
    this.each(alternatives, (token, index) => this.#token(token, index + 1));
  }

  #token(item: JsonValue, rank: number): void {
    const { token = null, bytes = null, ...others } = isObject(item) ? item : { token: item };
    if (typeof token !== 'string') this.#strings(token);
    else {
      this.#tokens[rank] = (this.#tokens[rank] ?? '') + token;
      this.#long(token, rank);
    }
    if (isArray(bytes)) {
      const spelled = Buffer.from(bytes.filter((byte) => typeof byte === 'number'));
      (this.#bytes[rank] ??= []).push(spelled);
      this.#long(spelled.toString('utf8'), rank);
      this.#strings(bytes.filter((byte) => typeof byte !== 'number'));
    } else this.#strings(bytes);
    this.#strays(others);
  }

  #long(text: string, rank: number): void {
    if (text.length >= MIN_SCANNED && rank > 0) this.#alone.push(text);
  }

  #strays(members: JsonObject): void {
    for (const [key, value] of Object.entries(members)) {
      if (key.length >= MIN_SCANNED && !NUMBERS.has(key)) this.#alone.push(key);
      this.#strings(value);
    }
  }

  #strings(value: JsonValue): void {
    for (const text of stringsIn(value)) this.#alone.push(text);
  }
}
