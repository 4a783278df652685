import fc from 'fast-check';
import { Budget, replaceSpans, scanText, Tally, type TextRule } from './index.ts';
import { createPiiDetector, createSecretsDetector, viewsOf } from '../detectors/index.ts';
import { runs } from '../detectors/testing/runs.ts';

/** What a person or a model may write instead, and what is left of it after redaction. */
type Row = readonly [name: string, text: string, left?: string];

const CARD = '4111 1111 1111 1111';
const DIGITS = CARD.replaceAll(' ', '');
const MAIL = 'anna.schmidt@example-corp.com';
const SSN = '536-90-4399';
/** Have the shapes of credentials and are none. */
const TOKEN = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');
const KEY = ['AKIA', 'Q7WZ5TXN3RLMKB2D'].join('');

function base64(text: string, encoding: BufferEncoding = 'utf8'): string {
  return Buffer.from(text, encoding).toString('base64');
}
function hex(text: string): string {
  return Buffer.from(text).toString('hex');
}
function each(text: string, show: (sign: string) => string, joint = ''): string {
  return Array.from(text, show).join(joint);
}
function shifted(first: number): (digit: string) => string {
  return (digit) => String.fromCodePoint(first + Number(digit));
}

const CARDS: readonly Row[] = [
  ...[
    '\u00a0',
    '\u202f',
    '\u2009',
    '\u3000',
    '\u2011',
    '\u200e \u200f',
    '&nbsp;',
    '&#160;',
    '&thinsp;',
    '%20',
  ].map((joint): Row => [`with ${JSON.stringify(joint)} between groups`, CARD.replaceAll(' ', joint)]),
  ...['\u200b', '\u2060', '\ufe0f', '\u0336', '\ufe0f\u20e3', ' ', '-', '.', '\n', '\n- '].map(
    (joint): Row => [`with ${JSON.stringify(joint)} between digits`, each(DIGITS, String, joint)],
  ),
  ['in full width', each(DIGITS, shifted(0xff10))],
  ['in bold digits of mathematics', each(DIGITS, shifted(0x1d7ce))],
  ['in circled digits', each(DIGITS, shifted(0x245f))],
  ['in lowered digits', each(DIGITS, shifted(0x2080))],
  ['in Arabic digits', each(DIGITS, shifted(0x660))],
  ['in Devanagari digits', each(DIGITS, shifted(0x966))],
  ['in tag characters', each(DIGITS, shifted(0xe0030))],
  ['half in bold', '**4111 1111** 1111 1111', '**[]'],
  ['with bold groups', '4111 **1111** 1111 **1111**', '[]**'],
  ['with a bold part of a group', '41**11** 1111 1111 1111'],
  ['in emphasis', '4111 _1111_ 1111 1111'],
  ['with a part in code', '`4111 1111` 1111 1111', '`[]'],
  ['struck through', '4111 ~~1111~~ 1111 1111'],
  ['with a tag', '4111 <b>1111</b> 1111 1111'],
  ['with a tag with attributes', '4111<span class="x"> 1111</span> 1111 1111'],
  ['with a comment', '4111 11<!-- x -->11 1111 1111'],
  ['with possible line breaks', '4111<wbr>1111<wbr>1111<wbr>1111'],
  ['with an invisible entity', '41&zwnj;11 1111 1111 1111'],
  ...['.', '/', '_', '·', ' - ', ' / '].map((joint): Row => [
    `with ${JSON.stringify(joint)} between groups`,
    CARD.replaceAll(' ', joint),
  ]),
  ...['<br>', '<br/>', '\\n', '\\t', '&#9;', '&#10;'].map((joint): Row => {
    const text = `card ${CARD.replaceAll(' ', joint)}`;
    return [`behind its word, with ${joint} between groups`, text, 'card []'];
  }),
  ['in base64', base64(CARD), '[]=='],
  ['in base64 of URLs', Buffer.from(`It is ${CARD}??>`).toString('base64url'), 'SXQgaXMg[]Pg'],
  ['in base64 that spaces cut', base64(`It is ${CARD}, yes`).replace(/.{5}/g, '$& '), 'SXQga XMg[]eWVz '],
  ['in base64 of lines', base64(`It is ${CARD}, yes`).replace(/.{20}/g, '$&\n'), 'SXQgaXMg[]eWVz\n'],
  ['in base64 of UTF-16', base64(`${CARD}!!`, 'utf16le')],
  ['in base64 of base64', base64(base64(`${CARD}!!`)), '[]=='],
  ['in a data URL', `data:text/plain;base64,${base64(`${CARD}!!`)}`, 'data:text/plain;base64,[]'],
  ['in hexadecimal digits', hex(CARD)],
  ['in a hex dump', hex(CARD).replace(/../g, '$& ').trim()],
  ['in hexadecimal numbers', hex(CARD).replace(/../g, '0x$&, ').slice(0, -2)],
  ['in escapes of bytes', hex(CARD).replace(/../g, '\\x$&')],
];

const OTHERS: readonly Row[] = [
  ['dashes of typography', SSN.replaceAll('-', '\u2013')],
  ['minus signs', SSN.replaceAll('-', '\u2212')],
  ['a soft hyphen', MAIL.replace('schmidt', 'sch\u00admidt')],
  ['a soft hyphen as an entity', MAIL.replace('schmidt', 'sch&shy;midt')],
  ['an entity', MAIL.replace('@', '&#64;')],
  ['an entity with a name', MAIL.replace('@', '&commat;')],
  ['an entity of an entity', MAIL.replace('@', '&amp;#64;')],
  ['entities for all', each(MAIL, (sign) => `&#${sign.charCodeAt(0)};`)],
  ['percent', MAIL.replace('@', '%40')],
  ['percent of percent', MAIL.replace('@', '%2540')],
  ['quoted-printable', MAIL.replace('@', '=40')],
  ['a soft line break of quoted-printable', MAIL.replace('example', 'exa=\r\nmple')],
  ['an escape', MAIL.replace('@', '\\u0040')],
  ['an escape in braces', MAIL.replace('@', '\\u{40}')],
  ['an octal escape', MAIL.replace('@', '\\100')],
  ['escapes of Markdown', MAIL.replaceAll('.', '\\.').replace('@', '\\@')],
  ['a wide at sign', MAIL.replace('@', '＠')],
  ['a small at sign', MAIL.replace('@', '﹫')],
  ['letters of other scripts', MAIL.replaceAll('a', 'а').replaceAll('e', 'е')],
  ['spaced-out letters', each(MAIL, String, ' ')],
  ['base64', base64(`<${MAIL}>  `), '[]PiAg'],
];

const SECRETS: readonly Row[] = [
  ['base64', base64(TOKEN), '[]=='],
  ['base64 of a setting', base64(`export TOKEN=${TOKEN}\n`), 'ZXhwb3J0IFRPS0VO[]'],
  ['base64 that spaces cut', base64(`token ${TOKEN}`).replace(/.{6}/g, '$& '), 'dG9rZW 4g[]=='],
  ['base64 of UTF-16', base64(TOKEN, 'utf16le'), '[]='],
  ['base64 of base64', base64(base64(TOKEN)), '[]PT0='],
  ['hexadecimal digits', hex(TOKEN)],
  ['percent', hex(TOKEN).replace(/../g, '%$&')],
  ['percent of percent', hex(TOKEN).replace(/../g, '%25$&')],
  ['characters without width', each(TOKEN, String, '\u200b')],
  ['spaced-out letters', each(TOKEN, String, ' ')],
  ['a letter a line', each(TOKEN, String, '\n')],
  ['a part in bold', TOKEN.replace('292c6912', '29**2c69**12')],
  ['a tag', TOKEN.replace('292c6912', '29<b>2c69</b>12')],
  ['full width', each(TOKEN, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))],
  ['letters of other scripts', TOKEN.replace('e', 'е').replace('c', 'с')],
  ['a soft line break', TOKEN.replace('292c', '29=\n2c')],
  ['escapes', hex(TOKEN).replace(/../g, '\\u00$&')],
  ['entities', hex(TOKEN).replace(/../g, '&#x$&;')],
  [
    'letters of mathematics',
    each(KEY, (sign) =>
      String.fromCodePoint(sign > '9' ? 0x1d3bf + sign.charCodeAt(0) : 0x1d79e + sign.charCodeAt(0)),
    ),
  ],
  ['tag characters', each(KEY, (sign) => String.fromCodePoint(0xe0000 + sign.charCodeAt(0)))],
];

/** Nothing reads these: most of them would find numbers in tables, code and paths. */
const KNOWN: readonly Row[] = [
  ...['\n', '\t', '  ', '   ', '<br>', '` `', '** **', '</b> <b>', ' | ', '+'].map((joint): Row => [
    `a card with ${JSON.stringify(joint)} between groups`,
    CARD.replaceAll(' ', joint),
  ]),
  ...[', ', ';', '|', '\t', '  '].map((joint): Row => [
    `a card with ${JSON.stringify(joint)} between digits`,
    each(DIGITS, String, joint),
  ]),
  ['a card behind a mark of direction, reversed', `\u202e${Array.from(DIGITS).reverse().join('')}\u202c`],
  ['words for signs', 'anna.schmidt [at] example-corp [dot] com'],
  ['a token in two strings', TOKEN.replace('292c', '29" + "2c')],
  ['a token with a hyphen at the end of a line', TOKEN.replace('292c', '29-\n2c')],
  ['a reversed token', Array.from(TOKEN).reverse().join('')],
];

const RULES: readonly TextRule[] = [createPiiDetector(), createSecretsDetector()].map((detector) => ({
  control: 'egress',
  code: 'sensitive_output',
  action: 'redact',
  mode: 'enforce',
  detector,
}));

function redacted(text: string, rules = RULES): string {
  const judging = { tally: new Tally('enforce'), budget: new Budget(Infinity, () => 0) };
  return replaceSpans(text, scanText(text, '/text', rules, judging));
}

describe.each([
  ['a card', CARDS],
  ['other personal data', OTHERS],
  ['a secret', SECRETS],
])('%s in disguise is found and nothing else is redacted', (_, rows) => {
  it.each(rows)('%s', (_name, text, left = '[]') => {
    const result = redacted(`Sure: ${text} is it.`).replace(/^Sure: (.*) is it\.$/s, '$1');
    expect(result.replace(/\[[A-Z_]+\]/, '[]')).toBe(left);
  });
});

it.each(KNOWN)('does not read %s', (_, text) =>
  expect(redacted(`Sure: ${text} is it.`)).not.toContain('['.concat('CREDIT')),
);

it.each([
  ['a table of numbers', '| 4111 | 1111 | 1111 | 1111 |\n| 12 | 40 | 55 | 21 |'],
  ['a table with spaces between columns', '2026-1  5315  6983  5355  9487\n2026-7  5357   6983   5355'],
  [
    'line ends in a cell',
    '| Region | Units |\n| North | 212<br>555<br>7494 |\n| South | 740<br/>55<br/>9488 |',
  ],
  ['neighbouring code spans', 'Ports: `212` `555` `6871`, `161` `74` `6141`'],
  ['neighbouring bold numbers', '**643** **425** **3259** for Q1, Q2, Q3, __643__ __425__ __3259__'],
  [
    'neighbouring bold numbers of HTML',
    '<b>643</b> <b>425</b> <b>3259</b>, <code>756</code> <code>66</code> <code>6451</code>',
  ],
  ['an array of digits', 'const seed = [4, 2, 9, 9, 6, 4, 6, 7, 7, 7, 2, 0, 8, 2, 4, 2];'],
  ['digits of a table', '|4|2|9|9|6|4|6|7|7|7|2|0|8|2|4|2|'],
  ['a column of numbers', '4111\n1111\n1111\n1111\n'],
  ['a digit grid', '5 3 4 6 7 8 9 1 2\n6 7 2 1 9 5 3 4 8\n1 9 8 3 4 2 5 6 7'],
  ['numbers with commas', 'const a = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];'],
  ['a program', 'x = y*2 ** 3; a[0] = `b${c}`; if (a <b && c> d) { e = "f=40"; }'],
  ['a product', '4111*1111 = 4567321, 12**34'],
  [
    'an image in base64',
    `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==`,
  ],
  ['an address with a query', 'https://docs.example.com/list?id=5000&size=40&page=20'],
  ['a letter of the alphabet each', 'A B C D E F G H I J K L M N O P Q R S T U V W X Y Z'],
  ['a chemical formula', 'H₂SO₄ and x² + y² = z², 10⁻⁶ m'],
])('leaves %s', (_, text) => expect(redacted(text)).toBe(text));

function digits(count: number): fc.Arbitrary<string> {
  return fc.integer({ min: 10 ** (count - 1), max: 10 ** count - 1 }).map(String);
}

/** A Visa number with its check digit. */
function cardOf(middle: string): string {
  const number = `411${middle}`;
  const sum = Array.from(number, (digit, at) => {
    const weighed = Number(digit) * (at % 2 === 0 ? 2 : 1);
    return weighed > 9 ? weighed - 9 : weighed;
  }).reduce((total, one) => total + one, 0);
  return `${number}${(10 - (sum % 10)) % 10}`.replace(/\d{4}(?=\d)/g, '$& ');
}

const VALUE = fc.oneof(
  digits(12).map(cardOf),
  digits(6).map((number) => `+49 30 ${number}`),
  digits(4).map((number) => `jo${number}@example-corp.com`),
  fc.tuple(digits(4), digits(3)).map(([house, flat]) => `${house} Cheriton Drive, Apt. ${flat}`),
  digits(9),
);

const LEAD = 'The passport number is ';

/** How the value is written; the words around stay. */
const DISGUISES: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  entities: (value) => each(value, (sign) => `&#${sign.charCodeAt(0)};`),
  percent: (value) => hex(value).replace(/../g, '%$&'),
  'quoted-printable': (value) => hex(value).toUpperCase().replace(/../g, '=$&'),
  'zero width': (value) => each(value, String, '\u200b'),
  'marks within words': (value) => value.replace(/(?<=\w)\w(?=\w)/, '**$&**'),
  base64: (value) => base64(`${LEAD}${value}, it is said.`),
};

type Hiding = 'redact' | 'mask';

function hidingBy(action: Hiding): readonly TextRule[] {
  const detector = createPiiDetector(['CREDIT_CARD', 'PHONE', 'EMAIL', 'ADDRESS', 'PASSPORT']);
  return [{ control: 'egress', code: 'sensitive_output', action, mode: 'enforce', detector }];
}

/** Runs of digits of a value that are to be gone; a mask keeps the last four of a long number. */
function runsOf(value: string, action: Hiding): readonly string[] {
  const length = action === 'mask' ? 5 : 4;
  const all = value.replace(/\D/g, '');
  return Array.from({ length: Math.max(0, all.length - length + 1) }, (_, at) => all.slice(at, at + length));
}

/** A text and its views, without what may stand between digits. */
function digitsIn(text: string): readonly string[] {
  return [text, ...viewsOf(text).map((view) => view.text)].map((one) => one.replace(/[^\p{L}\d]/gu, ''));
}

const WORDS = fc.array(fc.constantFrom('so', 'yes', 'über', '銀行', '😀', 'and'), { maxLength: 4 });

describe.each(Object.entries(DISGUISES))('a value in %s', (_, disguise) => {
  it.each(['redact', 'mask'] as const)(
    'leaves what is around and no digits in any view after %s, in JSON too',
    (action) => {
      const rules = hidingBy(action);
      fc.assert(
        fc.property(VALUE, WORDS, WORDS, (value, before, after) => {
          const [first, last] = [[...before, LEAD].join(' '), [' .', ...after].join(' ')];
          const text = first + disguise(value) + last;
          const { a: within } = JSON.parse(redacted(JSON.stringify({ a: text }), rules)) as { a: string };
          for (const out of [redacted(text, rules), within]) {
            expect(out.startsWith(first)).toBe(true);
            expect(out.endsWith(last)).toBe(true);
            for (const view of digitsIn(out))
              for (const run of runsOf(value, action)) expect(view).not.toContain(run);
          }
        }),
        { numRuns: runs(40) },
      );
    },
  );
});
