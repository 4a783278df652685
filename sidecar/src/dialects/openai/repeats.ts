import type { Segment } from '../../exchange/index.ts';
import { isArray, isObject, type JsonValue, type Place } from '../json/index.ts';
import { stringsIn, tokenTexts, type TokenTexts } from '../token-texts.ts';
import { mirrorsOf } from './mirrors.ts';

/** Token IDs, which vLLM returns on request. */
const TOKEN_IDS: readonly string[] = ['token_ids', 'prompt_token_ids'];

/** The concatenated tokens of `logprobs`. */
export interface TokenText {
  /** Pointer of their value. */
  readonly pointer: string;
  readonly text: string;
  /** Its number in `TokenTexts.running`, the same in each frame; null for a single token. */
  readonly rank: number | null;
}

/**
 * Repetitions of a reply's text in other forms. Tokens are a separate text: a server that holds text back for its stop sequences sends
 * their log-probabilities ahead of it.
 */
export class Repeats {
  readonly mirrors: string[] = [];
  readonly unreadable: string[] = [];
  readonly tokens: TokenText[] = [];

  /** Claims the repetitions in `place`: `keys`, log-probabilities and token IDs. */
  take(place: Place, ...keys: readonly string[]): void {
    this.mirrors.push(...mirrorsOf(place, ...keys));
    this.unreadable.push(...mirrorsOf(place, ...TOKEN_IDS));
    const logprobs = place.get('logprobs');
    const pointer = place.at('logprobs');
    for (const { running, alone } of listsIn(logprobs)) {
      // vLLM's `return_tokens_as_token_ids`.
      if (running[0]?.startsWith('token_id:') === true) this.unreadable.push(pointer);
      running.forEach((text, rank) => {
        if (text !== '') this.tokens.push({ pointer, text, rank });
      });
      for (const text of alone) this.tokens.push({ pointer, text, rank: null });
    }
    // Unknown forms are left to be read as text.
    if (isKnown(logprobs)) this.mirrors.push(...mirrorsOf(place, 'logprobs'));
  }

  /** The tokens as segments of a whole reply. */
  segments(): readonly Segment[] {
    return this.tokens.map(({ pointer, text }) => ({
      pointer,
      text,
      origin: 'assistant',
      channel: 'content',
      mirror: true,
    }));
  }
}

const MEMBERS: ReadonlySet<string> = new Set([
  'content',
  'refusal',
  'tokens',
  'token_logprobs',
  'top_logprobs',
  'text_offset',
]);

function isKnown(logprobs: JsonValue): boolean {
  return isObject(logprobs) && Object.keys(logprobs).every((key) => MEMBERS.has(key));
}

/** Both forms: `content[].token` of chat with its alternatives, `tokens[]` of completions with `top_logprobs`, whose keys are tokens. */
function listsIn(logprobs: JsonValue): readonly TokenTexts[] {
  if (!isObject(logprobs)) return [];
  const top = logprobs['top_logprobs'];
  return [
    ...['content', 'refusal', 'tokens'].map((key) => tokenTexts(logprobs[key] ?? null)),
    tokenTexts(isArray(top) ? top.map(asAlternatives) : null),
    { running: [], alone: NUMBERS.flatMap((key) => stringsIn(valuesOf(logprobs[key] ?? null))) },
  ];
}

/** Where completions have numbers; the keys of `top_logprobs` are tokens. */
const NUMBERS = ['token_logprobs', 'top_logprobs', 'text_offset'] as const;

function valuesOf(value: JsonValue): JsonValue {
  return isArray(value) ? value.map((step) => (isObject(step) ? Object.values(step) : step)) : value;
}

function asAlternatives(step: JsonValue): JsonValue {
  return isObject(step) ? { top_logprobs: Object.keys(step) } : null;
}
