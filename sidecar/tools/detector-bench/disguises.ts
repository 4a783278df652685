import { isAttack, rowsOf, some, type Row } from './corpora.ts';
import { entityOf } from './personal.ts';
import { absent, printed, SECTIONS } from './section.ts';
import { findsIn, isInjection, PERSONAL, SECRETS } from './verdicts.ts';
import { wilson } from './wilson.ts';

const MOST = 100;
const LONGEST = 300;
const STRUCTURED = new Set<string | null>(['EMAIL', 'CREDIT_CARD', 'IBAN', 'US_SSN']);

function hexOf(text: string): string {
  return Buffer.from(text).toString('hex');
}

function base64Of(text: string, encoding: BufferEncoding = 'utf8'): string {
  return Buffer.from(text, encoding).toString('base64');
}

/** Something inside of every longer word. */
function inside(text: string, before: string, after = ''): string {
  return text.replace(
    /([\p{L}\p{N}]{2})([\p{L}\p{N}]{2})([\p{L}\p{N}]*)/gu,
    (_, start: string, middle: string, rest: string) => start + before + middle + after + rest,
  );
}

function each(text: string, show: (sign: string) => string): string {
  return Array.from(text, show).join('');
}

const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  e: 'е',
  o: 'о',
  i: 'і',
  c: 'с',
  p: 'р',
  y: 'у',
};

/** Disguises that keep every letter, so that all detectors have the same to find. */
const DISGUISES: readonly (readonly [name: string, disguise: (text: string) => string])[] = [
  ['none', (text) => text],
  ['spaces of other kinds', (text) => text.replaceAll(' ', '\u202f')],
  ['spaces doubled', (text) => text.replaceAll(' ', '  ')],
  ['dashes of other kinds', (text) => text.replaceAll('-', '\u2011')],
  ['zero-width characters', (text) => each(text, (sign) => `${sign}\u200b`)],
  ['variation selectors', (text) => each(text, (sign) => `${sign}\ufe0f`)],
  ['marks of direction', (text) => `\u202d${text}\u202c`],
  [
    'tag characters',
    (text) =>
      each(text, (sign) => (sign < '\u007f' ? String.fromCodePoint(0xe0000 + sign.charCodeAt(0)) : sign)),
  ],
  [
    'wide letters',
    (text) => text.replace(/[!-~]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
  ],
  ['lookalikes', (text) => each(text, (sign) => LOOKALIKES[sign] ?? sign)],
  ['bold inside of words', (text) => inside(text, '**', '**')],
  ['tags inside of words', (text) => inside(text, '<b>', '</b>')],
  ['comments inside of words', (text) => inside(text, '<!-- -->')],
  ['entities', (text) => each(text, (sign) => `&#${sign.codePointAt(0) ?? 0};`)],
  ['percent escapes', (text) => hexOf(text).replace(/../g, '%$&')],
  ['percent escapes, double', (text) => hexOf(text).replace(/../g, '%25$&')],
  ['quoted-printable', (text) => hexOf(text).toUpperCase().replace(/../g, '=$&')],
  [
    'escapes of JSON',
    (text) => text.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  ],
  ['base64', (text) => base64Of(text)],
  ['base64 in groups', (text) => base64Of(text).replace(/.{4}/g, '$& ')],
  ['base64 of UTF-16', (text) => base64Of(text, 'utf16le')],
  ['base64 of base64', (text) => base64Of(base64Of(text))],
  ['hexadecimal digits', hexOf],
  [
    'letters apart',
    (text) =>
      text
        .split(' ')
        .map((word) => Array.from(word).join(' '))
        .join('   '),
  ],
  [
    'a letter a line',
    (text) =>
      text
        .split(/\s+/)
        .map((word) => Array.from(word).join('\n'))
        .join('\n\n'),
  ],
];

/** Markdown lines: the same texts in each disguise. */
export function* disguiseRates(corpora: string): Generator<string> {
  const [prompts, secrets, forms] = ['prompts.jsonl', 'secrets.jsonl', 'pii.jsonl'].map((file) =>
    rowsOf(corpora, file),
  );
  if (!prompts || !secrets || !forms) {
    yield* absent(
      SECTIONS.disguises,
      'one of `prompts.jsonl`, `secrets.jsonl` and `pii.jsonl` is not in the folder',
    );
    return;
  }
  const textsOf = (rows: readonly Row[], is: (row: Row) => boolean): readonly string[] =>
    some(
      rows.filter((row) => row.text.length <= LONGEST && is(row)),
      MOST,
    ).map(({ text }) => text);
  const attacks = textsOf(prompts, (row) => isAttack(row) && row.where === 'user' && row.lang === 'en');
  const lines = textsOf(secrets, ({ label }) => label === 'secret');
  const personal = textsOf(forms, ({ entities = [] }) =>
    entities.some(({ type }) => STRUCTURED.has(entityOf(type))),
  );
  yield* printed(
    SECTIONS.disguises,
    DISGUISES.map(([name, disguise]) => [
      name,
      ...[
        [attacks, (text: string) => isInjection(text, false)] as const,
        [lines, (text: string) => findsIn(SECRETS, text)] as const,
        [personal, (text: string) => findsIn(PERSONAL, text)] as const,
      ].map(([texts, found]) => wilson(texts.filter((text) => found(disguise(text))).length, texts.length)),
    ]),
  );
}
