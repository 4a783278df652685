import { isArray, isObject, type JsonValue } from './json/index.ts';

/** A token of at least this many UTF-16 code units is also judged alone. */
const MIN_SCANNED = 8;

/** The texts of tokens with log-probabilities. */
export interface TokenTexts {
  /** The chosen tokens, then those of each rank of the alternatives, each concatenated: texts that continue from frame to frame. */
  readonly running: readonly string[];
  /** Long alternatives, one by one. */
  readonly alone: readonly string[];
}

/** Reads arrays of `{ token, top_logprobs }` (OpenAI, Ollama) and Gemini's `{ chosenCandidates, topCandidates }`, in either spelling. */
export function tokenTexts(value: JsonValue): TokenTexts {
  const running: string[] = [];
  const alone: string[] = [];
  const add = (rank: number, token: string): void => {
    while (running.length <= rank) running.push('');
    running[rank] = (running[rank] ?? '') + token;
    if (token.length >= MIN_SCANNED && rank > 0) alone.push(token);
  };
  for (const { chosen, others } of tokensOf(value)) {
    if (chosen !== null) add(0, chosen);
    others.forEach((token, index) => {
      add(index + 1, token);
    });
  }
  return { running, alone };
}

interface Token {
  readonly chosen: string | null;
  readonly others: readonly string[];
}

function tokensOf(value: JsonValue): readonly Token[] {
  if (isArray(value)) {
    return value.map((item) => ({
      chosen: tokenOf(item),
      others: isObject(item) ? tokensIn(item['top_logprobs'] ?? null) : [],
    }));
  }
  if (!isObject(value)) return [];
  const chosen = value['chosenCandidates'] ?? value['chosen_candidates'] ?? null;
  const top = value['topCandidates'] ?? value['top_candidates'] ?? null;
  return [
    ...tokensIn(chosen).map((token) => ({ chosen: token, others: [] })),
    ...(isArray(top) ? top : []).map((step) => ({
      chosen: null,
      others: isObject(step) ? tokensIn(step['candidates'] ?? null) : [],
    })),
  ];
}

function tokensIn(value: JsonValue): readonly string[] {
  return isArray(value) ? value.flatMap((item) => tokenOf(item) ?? []) : [];
}

function tokenOf(item: JsonValue): string | null {
  const token = isObject(item) ? item['token'] : item;
  return typeof token === 'string' ? token : null;
}
