/**
 * What a text names without words: an address of mail, a link, a sum of money, the number of an account. The lexicon writes them as terms
 * (`@mail`); their keys are found by signs alone, never by the model.
 */
import { finish } from '../hashes.ts';
import { letterOf, NOTHING, SINGLE } from '../letters.ts';

export const MARKS = ['@mail', '@office', '@link', '@money', '@account'] as const;
export type Mark = (typeof MARKS)[number];

/** No word has it but by a collision of 32 bits. */
const KEYS: Readonly<Record<Mark, number>> = {
  '@mail': finish(0x6d61696c),
  '@office': finish(0x6f666663),
  '@link': finish(0x6c696e6b),
  '@money': finish(0x6d6f6e79),
  '@account': finish(0x61636374),
};

const AT = 0x40;
const COLON = 0x3a;
const SLASH = 0x2f;
/** An IBAN and the address of a wallet are longer than most words, */
export const ACCOUNT_LENGTH = 15;
/** begin with letters, and consist mostly of digits. */
const ACCOUNT = /^(?:[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}|0x[0-9a-fA-F]{40}|bc1[a-z0-9]{20,60})$/;
/** The names of offices in addresses, where people send their questions. */
const OFFICE =
  /(?:^|[^\p{L}\d.+_-])(?:support|security|hr|rrhh|info|help|helpdesk|privacy|abuse|contact|kontakt|sales|billing|service|legal|compliance|press|personal|datenschutz|sicherheit|soporte|ayuda|seguridad|contacto|it|office|team|feedback|questions)$/iu;
const OFFICE_LENGTH = 16;
const CURRENCIES = new Set(Array.from('$€£¥₹₽₩', (sign) => sign.charCodeAt(0)));

export function markKey(mark: Mark): number {
  return KEYS[mark];
}

export function isMark(term: string): term is Mark {
  return MARKS.some((mark) => mark === term);
}

/** The key of what the separator at an index names; 0 for nothing. */
export function markAt(text: string, at: number, code: number): number {
  if (code === AT) {
    if (!isLetter(text, at - 1) || !isWordStart(text, at + 1)) return 0;
    return OFFICE.test(text.slice(Math.max(0, at - OFFICE_LENGTH), at)) ? KEYS['@office'] : KEYS['@mail'];
  }
  if (code === COLON)
    return text.charCodeAt(at + 1) === SLASH && text.charCodeAt(at + 2) === SLASH ? KEYS['@link'] : 0;
  return CURRENCIES.has(code) && isSum(text, at) ? KEYS['@money'] : 0;
}

/** The key of a long word that ends at an index; 0 if it is no account. */
export function accountKey(text: string, end: number, length: number): number {
  return ACCOUNT.test(text.slice(end - length, end)) ? KEYS['@account'] : 0;
}

function isLetter(text: string, at: number): boolean {
  const letter = letterOf(text.charCodeAt(at));
  return letter > NOTHING && letter < SINGLE;
}

/** A name, as `pkg@1.2` has none. */
function isWordStart(text: string, at: number): boolean {
  return isLetter(text, at) && !isDigit(text, at);
}

function isDigit(text: string, at: number): boolean {
  return letterOf(text.charCodeAt(at)) === 0x30;
}

/** Two digits behind the sign (`$1` is an argument in many languages), or one before it. */
function isSum(text: string, at: number): boolean {
  if (isDigit(text, at + 1)) return isDigit(text, at + 2) || isDigit(text, at + 3);
  return isDigit(text, at - 1) || (text.charCodeAt(at - 1) === 0x20 && isDigit(text, at - 2));
}
