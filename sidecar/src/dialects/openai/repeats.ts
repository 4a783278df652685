import type { Segment } from '../../exchange/index.ts';
import { isArray, isObject, type JsonValue, type Place } from '../json/index.ts';
import { mirrorsOf } from './mirrors.ts';

/** Numbers of tokens, as vLLM writes them on demand. */
const TOKEN_IDS: readonly string[] = ['token_ids', 'prompt_token_ids'];

/** What the tokens of `logprobs` say, put together. */
export interface TokenText {
  /** Of the value that they are in. */
  readonly pointer: string;
  readonly text: string;
}

/**
 * What repeats the texts of a reply in other forms. Tokens are a text of their own: a server that holds text back for its stop sequences
 * sends their log-probabilities ahead of it.
 */
export class Repeats {
  readonly mirrors: string[] = [];
  readonly unreadable: string[] = [];
  readonly tokens: TokenText[] = [];

  /** Claims what repeats in `place`: `keys`, log-probabilities and numbers of tokens. */
  take(place: Place, ...keys: readonly string[]): void {
    this.mirrors.push(...mirrorsOf(place, ...keys));
    this.unreadable.push(...mirrorsOf(place, ...TOKEN_IDS));
    const tokens = tokensIn(place.get('logprobs'));
    const pointer = place.at('logprobs');
    // vLLM's `return_tokens_as_token_ids`.
    if (tokens.some((token) => /^token_id:\d+$/.test(token))) this.unreadable.push(pointer);
    else if (tokens.length > 0) this.tokens.push({ pointer, text: tokens.join('') });
    this.mirrors.push(...mirrorsOf(place, 'logprobs'));
  }

  /** The tokens as segments of a whole reply. */
  segments(): readonly Segment[] {
    return this.tokens.map((tokens) => ({
      ...tokens,
      origin: 'assistant',
      channel: 'content',
      mirror: true,
    }));
  }
}

/** Both forms: `content[].token` of chat, `tokens[]` of completions. */
function tokensIn(logprobs: JsonValue): readonly string[] {
  if (!isObject(logprobs)) return [];
  return ['content', 'refusal', 'tokens'].flatMap((key) => {
    const list = logprobs[key];
    if (!isArray(list)) return [];
    return list.flatMap((item) => {
      const token = isObject(item) ? item['token'] : item;
      return typeof token === 'string' ? [token] : [];
    });
  });
}
