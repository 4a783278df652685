import { domainToASCII } from 'node:url';

import { decodedText, digitsOf, fold, iso97, luhn, type Decoding } from '../../detectors/index.ts';
import { folded } from '../action/standing.ts';
import { valuesOfText } from '../action/argument-values.ts';

/** A value of a text that tells where it is from. */
export interface TellingValue {
  readonly value: string;
  /** What it is a part of: the page above a page, the domain above a host. */
  readonly parents: readonly string[];
}

/** UTF-16 code units of a value. What a longer one has beyond is not compared. */
const MAX_VALUE = 512;
const MAX_PARENTS = 16;
/** UTF-16 code units that are read at once, with those before them again: no value is cut, also not one that is written with entities. */
const PIECE = 32_768;
const OVERLAP = 4_096;
/** Shorter identifiers stand in many texts by chance. */
const LEAST = 8;

/** How pages write an address so that a reader or a browser sees another text. */
const SIGNS: ReadonlySet<Decoding> = new Set([
  'entity',
  'percent',
  'escape',
  'quoted-printable',
  'invisible',
]);
/** Scripts without spaces between words, which an address has around it. */
const UNSPACED =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;
/** Without quotes, dashes and brackets of any script, commas, semicolons and pipes. */
const TOKEN = /[\p{L}\p{N}\p{M}\-._~:/?#@!$&*+=%\\]+/gu;

const IBAN = /(?<![a-z\d])[a-z]{2}\d{2}(?:[ ._/-]{0,2}[a-z\d]){11,30}/g;
const CARD = /(?<![a-z\d])\d(?:[ ._/-]{0,2}\d){14,18}(?![a-z\d])/g;
const IPV6 = /(?<![\w:])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?![\w:])/g;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** Names of hosts where no scheme says that they are one. Names of members and media types have other ends. */
const HOST =
  /^[\p{L}\p{N}_-]{1,63}(?:\.[\p{L}\p{N}_-]{1,63})*\.(?:[a-z]{2}|xn--[a-z\d-]+|com|net|org|info|biz|edu|gov|mil|dev|app|xyz|online|site|shop|cloud|tech|top|club|icu|website|space|store|live|digital|agency|email|zip|mov|onion|arpa|example|test|invalid|local|localhost|internal|intranet|corp|lan|svc)$/u;
const MEDIA = /^(?:application|audio|font|image|message|model|multipart|text|video)\//;
const TIME = /^(?:\d{8}t\d{2,6}z?|\d{2}t\d{2}|\d{1,9}z)$/;

/**
 * The values of a text that tell where they are from: addresses, links and hosts, IBANs and numbers of cards, long identifiers of letters and digits,
 * paths of files. A value may come several times. Takes linear time. `check` is called before each piece of it, and may throw to end it.
 */
export function* tellingValues(text: string, check: () => void): Generator<TellingValue> {
  const leaves = valuesOfText(text);
  for (const leaf of leaves.length === 0 ? [text] : leaves)
    for (let from = 0; from < leaf.length; from += PIECE) {
      check();
      yield* valuesOfPiece(leaf.slice(Math.max(0, from - OVERLAP), from + PIECE));
    }
}

function* valuesOfPiece(piece: string): Generator<TellingValue> {
  // A tag is one sign, whose attributes are not decoded.
  const read = folded(fold(decodedText(piece.replaceAll('<', ' '), SIGNS)));
  const spaced = read.replace(UNSPACED, ' ');
  for (const form of spaced === read ? [read] : [spaced, read])
    for (const [token] of form.matchAll(TOKEN)) yield* valuesOfToken(token);
  yield* accountsIn(spaced);
}

function* valuesOfToken(token: string): Generator<TellingValue> {
  yield* mailsIn(token);
  let at = token.indexOf('://');
  yield* valuesOfPlain(at < 0 ? token : token.slice(0, at));
  while (at >= 0) {
    const next = token.indexOf('://', at + 3);
    yield* link(token.slice(at + 3, next < 0 ? undefined : next));
    at = next;
  }
  for (const part of token.split(/[^a-z\d_-]+/)) if (isIdentifier(part)) yield alone(`id ${cut(part)}`);
}

/** Each `@` with what is beside it. */
function* mailsIn(token: string): Generator<TellingValue> {
  const parts = token.split('@');
  for (let at = 1; at < parts.length; at++) {
    const before = parts[at - 1] ?? '';
    const name = trimmed(before.slice(lastOf(before, ':/?#!$&*=\\') + 1), '._~+-%');
    const host = trimmed((parts[at] ?? '').split(/[^\p{L}\p{N}\p{M}.-]/u, 1)[0] ?? '', '._-');
    if (name !== '' && host !== '') yield alone(cut(`mail ${name}@${host}`));
  }
}

/** A token, or the part before its first `://`. */
function* valuesOfPlain(token: string): Generator<TellingValue> {
  for (const part of token.replaceAll('\\', '/').split(/[:?#&=!$*]+/)) {
    if (part.includes('@')) continue;
    const [first = '', ...below] = trimmed(part, '.-_~+/').split(/\/+/);
    if (isHost(first)) yield* link(below.length === 0 ? first : part);
    const isPlaced = /^[.~]{0,2}\//.test(part);
    const isFile = /\.[a-z][a-z\d]{0,4}$/.test(below.at(-1) ?? '') && !MEDIA.test(part);
    if (below.length > 0 && (isPlaced || isFile)) yield alone(cut(`path ${[first, ...below].join('/')}`));
  }
}

/** What is behind `://`: user, host, port, page. */
function* link(text: string): Generator<TellingValue> {
  const start = text.search(/[^/.]|$/);
  const end = start + text.slice(start).search(/[/?#\\&=]|$/);
  const authority = text.slice(start, end);
  const named = cut(trimmed(authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d*$/, ''), '.:'));
  if (named === '') return;
  const name = domainToASCII(named) || named;
  yield host(name);
  const page = trimmed(cut(text.slice(end)), '.:!?*_~/&#');
  if (page === '') return;
  const value = `link ${name}/${page}`;
  const parents: string[] = [];
  const from = `link ${name}/`.length;
  for (let at = from; at < value.length && parents.length < MAX_PARENTS; at++)
    if ('/?#&'.includes(value[at] ?? '')) parents.push(value.slice(0, at));
  yield { value, parents };
}

function host(name: string): TellingValue {
  const labels = name.split('.').slice(-MAX_PARENTS);
  const parents = IPV4.test(name)
    ? []
    : labels.slice(1, -1).map((_label, at) => `host ${labels.slice(at + 1).join('.')}`);
  return { value: cut(`host ${name}`), parents };
}

function* accountsIn(text: string): Generator<TellingValue> {
  for (const [written] of text.matchAll(IBAN)) {
    const compact = written.replace(/[^a-z\d]/g, '');
    for (let end = 15; end <= compact.length; end++) {
      const part = compact.slice(0, end);
      if (!iso97(part.toUpperCase())) continue;
      yield alone(`account ${part}`);
      break;
    }
  }
  for (const [written] of text.matchAll(CARD)) {
    const digits = digitsOf(written);
    if (luhn(digits)) yield alone(`account ${digits.join('')}`);
  }
  for (const [written] of text.matchAll(IPV6))
    if (/[\da-f]/.test(written) && (written.includes('::') || written.split(':').length === 8))
      yield alone(`host ${written}`);
}

/** The part of an identifier that is random has digits among its letters: names of models, regions and dates have not. */
function isIdentifier(word: string): boolean {
  if (word.length < LEAST || !/\d/.test(word)) return false;
  return word.split(/[_-]+/).some((part) => {
    if (part.length < 6 || TIME.test(part)) return false;
    const runs = part.match(/\d+|[a-z]+/g)?.length ?? 0;
    return runs > 2 || (runs === 2 && part.length >= LEAST);
  });
}

function isHost(name: string): boolean {
  return name.length <= 253 && (IPV4.test(name) || HOST.test(name));
}

function alone(value: string): TellingValue {
  return { value, parents: [] };
}

function cut(value: string): string {
  return value.length > MAX_VALUE ? value.slice(0, MAX_VALUE) : value;
}

/** Without these characters at both ends. A pattern that ends in `$` would read a run of them once from each of its characters. */
function trimmed(text: string, edges: string): string {
  let [from, end] = [0, text.length];
  while (from < end && edges.includes(text[from] ?? '')) from += 1;
  while (end > from && edges.includes(text[end - 1] ?? '')) end -= 1;
  return text.slice(from, end);
}

function lastOf(text: string, characters: string): number {
  let at = text.length - 1;
  while (at >= 0 && !characters.includes(text[at] ?? '')) at -= 1;
  return at;
}
