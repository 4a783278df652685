import { isArray, isObject, leavesOf, type JsonObject, type JsonValue } from './json/index.ts';

/** A token of at least this many UTF-16 code units is also judged alone. */
const MIN_SCANNED = 8;

/** The texts of tokens with log-probabilities. */
export interface TokenTexts {
  /**
   * The chosen tokens, then those of each rank of the alternatives, each concatenated: texts that continue from frame to frame. Behind each
   * stands what its `bytes` spell, which need not be the same.
   */
  readonly running: readonly string[];
  /** Long alternatives, and strings of members that are not known, one by one. */
  readonly alone: readonly string[];
}

/** Reads arrays of `{ token, bytes, top_logprobs }` (OpenAI, Ollama) and Gemini's `{ chosenCandidates, topCandidates }`, in either spelling. */
export function tokenTexts(value: JsonValue): TokenTexts {
  const running: string[] = [];
  const alone: string[] = [];
  const spelled: number[][] = [];
  const set = (at: number, text: string): void => {
    while (running.length <= at) running.push('');
    running[at] = (running[at] ?? '') + text;
  };
  const add = (rank: number, { text, bytes, others }: Token): void => {
    if (text !== null) {
      set(2 * rank, text);
      if (text.length >= MIN_SCANNED && rank > 0) alone.push(text);
    }
    if (bytes.length > 0) {
      (spelled[rank] ??= []).push(...bytes);
      if (bytes.length >= MIN_SCANNED && rank > 0) alone.push(textOf(bytes));
    }
    alone.push(...others);
  };
  for (const { chosen, alternatives, others } of stepsOf(value)) {
    if (chosen !== null) add(0, chosen);
    alternatives.forEach((token, index) => {
      add(index + 1, token);
    });
    alone.push(...others);
  }
  spelled.forEach((bytes, rank) => {
    set(2 * rank + 1, textOf(bytes));
  });
  return { running, alone };
}

interface Token {
  /** Null if it has none. */
  readonly text: string | null;
  readonly bytes: readonly number[];
  /** Strings of members that are not known. */
  readonly others: readonly string[];
}

interface TokenStep {
  readonly chosen: Token | null;
  readonly alternatives: readonly Token[];
  readonly others: readonly string[];
}

function stepsOf(value: JsonValue): readonly TokenStep[] {
  if (isArray(value)) {
    return value.map((item) => ({
      chosen: tokenOf(item),
      alternatives: isObject(item) ? tokensIn(item['top_logprobs'] ?? null) : [],
      others: [],
    }));
  }
  if (!isObject(value)) return [{ chosen: null, alternatives: [], others: stringsIn(value) }];
  const chosen = value['chosenCandidates'] ?? value['chosen_candidates'] ?? null;
  const top = value['topCandidates'] ?? value['top_candidates'] ?? null;
  return [
    ...tokensIn(chosen).map((token) => ({ chosen: token, alternatives: [], others: [] })),
    ...(isArray(top) ? top : []).map((step) => ({
      chosen: null,
      alternatives: isObject(step) ? tokensIn(step['candidates'] ?? null) : [],
      others: isObject(step) ? othersOf(step) : [],
    })),
    { chosen: null, alternatives: [], others: othersOf(value) },
  ];
}

function tokensIn(value: JsonValue): readonly Token[] {
  return isArray(value) ? value.map(tokenOf) : [];
}

function tokenOf(item: JsonValue): Token {
  if (typeof item === 'string') return { text: item, bytes: [], others: [] };
  if (!isObject(item)) return { text: null, bytes: [], others: stringsIn(item) };
  const { token = null, bytes = null } = item;
  return {
    text: typeof token === 'string' ? token : null,
    bytes: isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : [],
    others: [
      ...(typeof token === 'string' ? [] : stringsIn(token)),
      ...(isArray(bytes) && bytes.every((byte) => typeof byte === 'number') ? [] : stringsIn(bytes)),
      ...othersOf(item),
    ],
  };
}

/** Members that are read, or that are numbers. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['token', 'bytes', 'logprob', 'top_logprobs'],
  ...['tokenId', 'token_id', 'logProbability', 'log_probability', 'logProbabilitySum', 'log_probability_sum'],
  ...['chosenCandidates', 'chosen_candidates', 'topCandidates', 'top_candidates', 'candidates'],
]);

/** What stands where no server puts text reaches the client too. */
function othersOf(item: JsonObject): readonly string[] {
  return Object.entries(item).flatMap(([key, value]) => {
    if (KNOWN.has(key)) return isArray(value) || isObject(value) ? [] : strayIn(key, value);
    return [...(key.length >= MIN_SCANNED ? [key] : []), ...stringsIn(value)];
  });
}

/** A string where a number or a list belongs. */
function strayIn(key: string, value: JsonValue): readonly string[] {
  return key === 'token' || key === 'bytes' ? [] : stringsIn(value);
}

/** The strings in a value, wherever they stand. */
export function stringsIn(value: JsonValue): readonly string[] {
  return leavesOf(value, '').map(({ text }) => text);
}

/** A character that is cut between two frames becomes U+FFFD. */
function textOf(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('utf8');
}
