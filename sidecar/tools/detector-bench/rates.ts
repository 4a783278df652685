import { isAttack, rowsOf, type Row } from './corpora.ts';
import { floorOf, thresholdOf, type Judged } from './floor.ts';
import { absent, printed, SECTIONS } from './section.ts';
import { isInjection, KEYWORDS } from './verdicts.ts';
import { wilson } from './wilson.ts';

const FEW = 5;

function isUntrusted({ where = 'user' }: Row): boolean {
  return where !== 'user';
}

function placeOf(untrusted: boolean): string {
  return untrusted ? 'untrusted' : 'user';
}

function share<T>(all: readonly T[], is: (one: T) => boolean): string {
  return wilson(all.filter((one) => is(one)).length, all.length);
}

function groupsOf<T>(all: readonly T[], nameOf: (one: T) => string): readonly (readonly [string, T[]])[] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(nameOf(one), [...(groups.get(nameOf(one)) ?? []), one]);
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Verdict {
  readonly row: Row;
  readonly found: boolean;
  readonly keywords: boolean;
  /** Of the floor; null for texts that were in no fold. */
  readonly floor: boolean | null;
}

function verdictsOf(rows: readonly Row[], judged: readonly Judged[]): readonly Verdict[] {
  const thresholds = [false, true].map((untrusted) => thresholdOf(judged, untrusted, 0.01));
  const floor = new Map(
    judged.map(({ sample: { text, untrusted }, value }) => [
      text,
      value > (thresholds[Number(untrusted)] ?? Infinity),
    ]),
  );
  return rows.map((row) => ({
    row,
    found: isInjection(row.text, isUntrusted(row)),
    keywords: KEYWORDS.test(row.text),
    floor: floor.get(row.text) ?? null,
  }));
}

function sourceCells(name: string, verdicts: readonly Verdict[]): readonly string[] {
  const [place = '', kind = '', source = ''] = name.split(' ');
  const judged = verdicts.filter(({ floor }) => floor !== null);
  return [
    ...[place, kind, source, String(verdicts.length)],
    share(verdicts, ({ found }) => found),
    share(verdicts, ({ keywords }) => keywords),
    share(judged, ({ floor }) => floor === true),
  ];
}

function* bySource(verdicts: readonly Verdict[]): Generator<string> {
  const nameOf = ({ row }: Verdict): string =>
    `${placeOf(isUntrusted(row))} ${isAttack(row) ? 'attackers' : 'others'}`;
  const rows = [
    ...groupsOf(verdicts, (verdict) => `${nameOf(verdict)} **all**`),
    ...groupsOf(verdicts, (verdict) => `${nameOf(verdict)} ${verdict.row.source}`),
  ];
  yield* printed(
    SECTIONS.sources,
    rows.map(([name, some]) => sourceCells(name, some)),
  );
}

function* byLanguage(verdicts: readonly Verdict[]): Generator<string> {
  const groups = groupsOf(verdicts, ({ row }) => `${placeOf(isUntrusted(row))} ${row.lang ?? 'unknown'}`);
  const rows = groups.flatMap(([name, some]) => {
    const attacks = some.filter(({ row }) => isAttack(row));
    const others = some.filter(({ row }) => !isAttack(row));
    if (attacks.length < FEW) return [];
    return [
      [
        ...name.split(' '),
        ...[String(attacks.length), share(attacks, ({ found }) => found)],
        ...[String(others.length), share(others, ({ found }) => found)],
        share(attacks, ({ keywords }) => keywords),
      ],
    ];
  });
  yield* printed(SECTIONS.languages, rows);
}

const CARD_SECTIONS = { '### Text of users': 'user', '### Untrusted text': 'untrusted' } as const;

/** Recall of the product on new sources, with the number of attacks, by origin and rate (`user 1 %`): the row of all sources in the model card. */
export function heldOutOf(card: string): ReadonlyMap<string, string> {
  const cells = (line: string): readonly string[] => line.split('|').map((cell) => cell.trim());
  return new Map(
    Object.entries(CARD_SECTIONS).flatMap(([heading, place]) => {
      const lines = card.slice(card.indexOf(heading)).split('\n');
      const head = cells(lines.find((line) => line.includes('new sources: at 5 %')) ?? '');
      const row = cells(lines.find((line) => line.includes('**all**')) ?? '');
      const first = head.indexOf('new sources: at 5 %');
      return ['1 %', '0.1 %'].flatMap((rate, at) => {
        const recall = first < 0 ? undefined : row[first + 1 + at];
        return recall === undefined ? [] : [[`${place} ${rate}`, `${recall} of ${row[2] ?? ''}`] as const];
      });
    }),
  );
}

function* heldOut(judged: readonly Judged[], card: ReadonlyMap<string, string>): Generator<string> {
  const rows = [false, true].flatMap((untrusted) =>
    [0.01, 0.001].map((rate) => {
      const attacks = judged.filter(({ sample }) => sample.attack && sample.untrusted === untrusted);
      const threshold = thresholdOf(judged, untrusted, rate);
      const [place, percent] = [placeOf(untrusted), `${100 * rate} %`];
      const recall = card.get(`${place} ${percent}`) ?? 'not in the model card';
      return [
        ...[place, percent, recall],
        `${share(attacks, ({ value }) => value > threshold)} of ${attacks.length}`,
      ];
    }),
  );
  yield* printed(SECTIONS.heldOut, rows);
}

function* byEncoding(rows: readonly Row[]): Generator<string> {
  const cells = groupsOf(rows, ({ kind, source }) => (kind ?? source).replace('encoding:', '')).map(
    ([name, some]) => {
      const attacks = some.filter((row) => isAttack(row));
      const others = some.filter((row) => !isAttack(row));
      return [
        ...[name, String(attacks.length), share(attacks, ({ plain = '' }) => isInjection(plain, true))],
        share(attacks, ({ text }) => isInjection(text, true)),
        ...[String(others.length), share(others, ({ text }) => isInjection(text, true))],
        share(attacks, ({ text }) => KEYWORDS.test(text)),
      ];
    },
  );
  yield* printed(SECTIONS.encodings, cells);
}

/** Markdown lines: how many injections are found, by source, held-out source, language and encoding. `card`: the text of the model card. */
export function* injectionRates(corpora: string, card: string): Generator<string> {
  const prompts = rowsOf(corpora, 'prompts.jsonl');
  if (prompts === null) {
    const { sources, heldOut: held, languages } = SECTIONS;
    for (const section of [sources, held, languages])
      yield* absent(section, 'no `prompts.jsonl` in the folder');
  } else {
    const judged = floorOf(corpora);
    const verdicts = verdictsOf(prompts, judged);
    yield* bySource(verdicts);
    yield* heldOut(judged, heldOutOf(card));
    yield* byLanguage(verdicts);
  }
  const disguised = rowsOf(corpora, 'obfuscated.jsonl');
  if (disguised === null) yield* absent(SECTIONS.encodings, 'no `obfuscated.jsonl` in the folder');
  else yield* byEncoding(disguised);
}
