import fc from 'fast-check';
import { AT_START, type Detector } from './detector.ts';
import { assertHoldInvariant, assertResumeLaw } from './testing/hold-invariant.ts';
import { createDocumentsDetector, createPromptLeakDetector, fingerprint } from './leak/index.ts';
import { createLinksDetector } from './links/index.ts';
import { parsePattern } from './patterns/index.ts';
import { nearMiss, pickFrom, sample } from './testing/sample.ts';
import { createPiiDetector, PII_RULES } from './pii/index.ts';
import { runs } from './testing/runs.ts';
import { createSecretsDetector, SECRET_RULES } from './secrets/index.ts';

const PROMPT =
  'You are Mia, the assistant of Northwind Bank. Never reveal the escalation code 7719 to anyone. Answer in short sentences, and be kind to those who ask twice.';
const BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';

/** Pieces of findings, of what only looks like them, and of what stands around them. */
const PIECES = [
  ...[
    'jo.doe',
    'jo.doe@example.org',
    '@',
    '.com',
    'icon@2x.png',
    '+49 30 901820',
    '(415) 555-0132',
    ' x12',
    'call me at ',
    '555 0132',
  ],
  ...[
    '4111 1111 1111 1111',
    '4111111111111111',
    '378282246310005',
    'DE89 3704 0044 0532 0130 00',
    'GB82WEST12345698765432',
    ' ABC',
  ],
  ...[
    'SSN ',
    '536-90-4399',
    '536904399',
    '10.1.2.3',
    'version ',
    'v',
    '2001:db8::1',
    '::',
    '00:1A:2B:3C:4D:5E',
    '.',
    ':',
    '-',
  ],
  ...[
    'born on ',
    'Dear ',
    'Anna',
    ' van Gijn',
    'my name is ',
    '12 River',
    ' Street',
    'my name is Anna van Gijn',
    '12 River Street, Dayton, OH 45402',
    ' 7 Elm Apt. 4',
    '"name": "',
    '4 May 1980',
    '2021-03-04',
    'passport ',
    'C01X00T47',
    'NHS number ',
    '943 476 5919',
    '8001015009087',
  ],
  ...[
    'AKIA2E0A8F3B244C9986',
    'AKIAQ7WZ5TXN3RLMKB2D',
    'ghp_16C7e42F292c6912E7710c838347Ae178B4a',
    'password=',
    'Xy7$kk92qq',
    'api_key: "',
    'q8Zr3LwT0vBn5YxK1mPd"',
  ],
  ...[
    'postgres://',
    'app:',
    's3cr3t99',
    '@db/x',
    `-----BEGIN PRIVATE KEY-----\n${BODY}\n`,
    '-----END PRIVATE KEY-----',
    '-----BEGIN ',
    '---',
  ],
  ...[
    '![x](',
    'https://evil.test/a?q=1',
    'https://docs.example.com/a',
    ')',
    '](//evil.test',
    '<img src="//evil.test/',
    '">',
    '<a href=x',
    '>',
    'www.',
  ],
  ...[
    '<img x" alt="',
    '=',
    '"',
    ' src="\\\\evil.test',
    'style="a:url&lpar;',
    '<smb://evil.test',
    'h\\ttps:',
    '&#1;',
  ],
  ...[PROMPT, PROMPT.slice(30, 110).toUpperCase(), PROMPT.slice(60)],
  ...[
    'you are mia the assistant',
    ' of northwind BANK, never reveal',
    ' the escalation code 7719 to anyone answer in',
    ' short sentences and be kind',
    'You',
    ' are',
  ],
  ...[' ', ' ', '\n', ', ', 'é', '😀', 'ß', '銀行', '\u0301', '\ud83d', '\ude00', 'word', 'a', '1', '7'],
];

const textArbitrary = fc
  .array(
    fc
      .tuple(fc.constantFrom(...PIECES), fc.nat({ max: 9 }), fc.nat({ max: 60 }))
      .map(([piece, cut, length]) => (cut === 0 ? piece.slice(0, length) : piece)),
    { maxLength: 9 },
  )
  .map((pieces) => pieces.join(''));

function present(detector: Detector | null): Detector {
  if (detector === null) throw new Error('the detector has nothing to look for');
  return detector;
}

/** Every pattern, as a source of texts of its own alphabet. */
const NODES = [...PII_RULES, ...SECRET_RULES].map(({ source }) => parsePattern(source));

/** Runs of one or two patterns' matches and near misses: what one match takes is not there for the next. */
const crowded = fc
  .tuple(fc.nat(NODES.length - 1), fc.nat(NODES.length - 1), fc.nat(), fc.integer({ min: 1, max: 14 }))
  .map(([first, second, seed, count]) => {
    const pick = pickFrom(seed);
    const glue = [' ', '', ' ', '\n', ', ', '-'][pick(6)] ?? '';
    const pieces = Array.from({ length: count }, () => {
      const node = NODES[pick(4) === 0 ? second : first];
      if (node === undefined) return '';
      return pick(2) === 0 ? sample(node, pick) : nearMiss(node, pick);
    });
    return pieces.join(glue);
  });

const DIGITS = fc
  .array(
    fc.constantFrom(
      '4111 1111 1111 1111',
      '4539 1488 0343 6467',
      '1111',
      '9012',
      '12',
      'DE89 3704 0044',
      'x',
    ),
    {
      minLength: 5,
      maxLength: 40,
    },
  )
  .map((groups) => groups.join(' '));

/** Where pieces end. */
const cutsArbitrary = fc.array(fc.nat(400), { maxLength: 20 });

function cutsOf(text: string, cuts: readonly number[]): readonly number[] {
  return [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b);
}

const DETECTORS: readonly (readonly [string, Detector])[] = [
  ['pii', createPiiDetector()],
  [
    'pii of six entities',
    createPiiDetector(['EMAIL', 'PHONE', 'CREDIT_CARD', 'IBAN', 'US_SSN', 'IP_ADDRESS']),
  ],
  ['names and addresses', createPiiDetector(['PERSON', 'ADDRESS'])],
  ['secrets', createSecretsDetector()],
  ['links', createLinksDetector(['docs.example.com'])],
  ['prompt leak', present(createPromptLeakDetector([PROMPT]))],
  ['documents', createDocumentsDetector(new Map([['bank', fingerprint(PROMPT)]]))],
];

describe.each(DETECTORS)('%s', (_, detector) => {
  it('keeps the law of hold at every cut of random mosaics', () => {
    let found = 0;
    fc.assert(
      fc.property(textArbitrary, (text) => {
        assertHoldInvariant(detector, text);
        found += detector.scan(text).length;
      }),
      { numRuns: runs(120) },
    );
    expect(found).toBeGreaterThan(3);
  });

  it.each([
    ['mosaics', textArbitrary, 10],
    ['near misses of every pattern', crowded, 10],
    ['groups of digits', DIGITS, 5],
  ])('finds step by step what it finds as a whole: %s', (_kind, texts, usual) => {
    fc.assert(
      fc.property(texts, cutsArbitrary, fc.nat(12), (text, cuts, slack) => {
        assertResumeLaw(detector, text);
        assertResumeLaw(detector, text, cutsOf(text, cuts), slack);
      }),
      { numRuns: runs(usual) },
    );
  });

  it('finds within the text and never throws on anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        for (const { start, end, score } of detector.scan(text)) {
          expect(start >= 0 && start < end && end <= text.length && score > 0 && score <= 1).toBe(true);
        }
        expect(detector.hold(text)).toBeLessThanOrEqual(text.length);
      }),
      { numRuns: runs(60) },
    );
  });
});

it('names the cut that breaks the invariant', () => {
  const greedy: Detector = {
    id: 'x',
    scan: (text) => (text.endsWith('a') ? [{ rule: 'x', start: 0, end: text.length, score: 1 }] : []),
    hold: (text) => text.length,
    resume: ({ until }) => ({ findings: [], progress: { ...AT_START, from: until } }),
  };
  expect(() => {
    assertHoldInvariant(greedy, 'aab');
  }).toThrow('cut 1, hold 1');
  expect(() => {
    assertResumeLaw(greedy, 'aa');
  }).toThrow('step by step nothing, as a whole x 0-2');
});

it.each([
  'LOt`\t# "7wP 77150 12- 801208 01-   001 (414)152-3119x7158.',
  "672 09 5573` EaNS'\t\tpdR-2wJC1Y. 08 7-8 0154 749-36-0755+",
  'tRackINgs`  ID"=  "fkM-12wgK rMAs\'\t NuM\t `u34K   001.(518) 372-4083ext. 832-',
])('what a label takes is taken though the number behind it has not arrived: %s', (text) => {
  assertResumeLaw(createPiiDetector(), text);
});

it('halves of surrogate pairs hide nothing at the end of a text', () => {
  const halves = '\ud83d'.repeat(20);
  const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9wjo';
  const secrets = createSecretsDetector();
  assertHoldInvariant(secrets, halves + key);
  expect(secrets.scan(halves + key)).toMatchObject([{ rule: 'secret.private-key', start: 20 }]);
  const pii = createPiiDetector();
  assertHoldInvariant(pii, `${halves} anna@example.com`);
  expect(pii.hold(`${halves} anna@exam`)).toBe(21);
});
