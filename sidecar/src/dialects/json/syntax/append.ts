import { closingQuote, endOfValue, skipSpace } from './lexeme.ts';

/**
 * The text of a JSON object whose member `name`, a list, has more elements at its end (`items`: JSON); all else stays as written. A text in
 * place of the list becomes its first element by `ofText`. `text` must have been accepted by `parseText`. Null if there is no such list.
 */
export function appendItems(
  text: string,
  name: string,
  items: readonly string[],
  ofText: (literal: string) => string,
): string | null {
  let at = skipSpace(text, skipSpace(text, 0) + 1);
  while (text.charAt(at) !== '}') {
    const close = closingQuote(text, at) + 1;
    const key = JSON.parse(text.slice(at, close)) as string;
    at = skipSpace(text, skipSpace(text, close) + 1);
    const end = endOfValue(text, at);
    if (key === name) {
      const list = longer(text.slice(at, end), items, ofText);
      return list === null ? null : text.slice(0, at) + list + text.slice(end);
    }
    at = skipSpace(text, end);
    if (text.charAt(at) === ',') at = skipSpace(text, at + 1);
  }
  return null;
}

function longer(list: string, items: readonly string[], ofText: (literal: string) => string): string | null {
  if (list.startsWith('"')) return `[${[ofText(list), ...items].join(',')}]`;
  if (!list.startsWith('[')) return null;
  const inner = list.slice(1, -1);
  return `[${[...(inner.trim() === '' ? [] : [inner]), ...items].join(',')}]`;
}
