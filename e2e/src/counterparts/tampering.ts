import { placeOf, rewritten, type KeptLine } from './kept-lines.ts';

/** Changed copies, what `llm-boundary-audit verify` must exit with, and what it must say. */
type Tampering = readonly [
  name: string,
  change: (lines: readonly KeptLine[]) => readonly KeptLine[],
  exit: number,
  text: RegExp,
];

export function tamperings(): readonly Tampering[] {
  return [
    [
      'a line changed',
      (lines) => replaced(lines, (line) => ({ ...line, text: edited(line.text) })),
      1,
      /^tampered: .*: is not the line that was sent: the hash sent with it differs$/m,
    ],
    [
      'a line changed, and the hash that was sent with it',
      (lines) => replaced(lines, (line) => rewritten(line, edited(line.text))),
      1,
      /^tampered: .*: does not match the previous line: one of the two was changed$/m,
    ],
    [
      'a line dropped',
      (lines) => lines.filter((line) => line !== exchangeIn(lines)),
      3,
      /^missing: .*: lines are missing: \d+$/m,
    ],
    ['a line doubled as it is', (lines) => [...lines, exchangeIn(lines)], 0, /^complete$/m],
    [
      'a line doubled, and one of the two changed',
      (lines) => [...lines, rewritten(exchangeIn(lines), edited(exchangeIn(lines).text))],
      1,
      /^tampered: .*: has seq \d+ as another line has that differs from it$/m,
    ],
    ['two lines swapped in the file alone', (lines) => swapped(lines, (line) => line), 0, /^complete$/m],
    [
      'two lines swapped with their positions',
      (lines) =>
        swapped(lines, (line, seq) => rewritten(line, line.text.replace(/"seq":\d+/, `"seq":${seq}`))),
      1,
      /^tampered: .*: does not match the previous line: one of the two was changed$/m,
    ],
    [
      'a segment removed',
      (lines) => lines.filter(({ file }) => file !== filesOf(lines)[1]),
      3,
      /^missing: .*: lines are missing: \d+-\d+$/m,
    ],
    [
      'the newest segment removed',
      (lines) => lines.filter(({ file }) => file !== filesOf(lines).at(-1)),
      3,
      /^missing: .*: lines are missing: \d+-\d+$/m,
    ],
    [
      'a whole pod removed',
      (lines) => lines.filter((line) => placeOf(line).origin !== placeOf(exchangeIn(lines)).origin),
      3,
      /^missing: .*: every line of this log is missing; expected \d+ lines$/m,
    ],
  ];
}

function edited(text: string): string {
  return text.replace('"method":"POST"', '"method":"PUT"');
}

/** A line about a request, from the middle. @throws Error if there is none */
function exchangeIn(lines: readonly KeptLine[]): KeptLine {
  const found = lines.slice(lines.length >> 1).find(({ text }) => edited(text) !== text);
  if (found === undefined) throw new Error('no line about a request was kept');
  return found;
}

function replaced(lines: readonly KeptLine[], change: (line: KeptLine) => KeptLine): readonly KeptLine[] {
  const chosen = exchangeIn(lines);
  return lines.map((line) => (line === chosen ? change(line) : line));
}

/** A line and the next of its log in the place of each other. `moved` gets the position that is new for the line. */
function swapped(
  lines: readonly KeptLine[],
  moved: (line: KeptLine, seq: number) => KeptLine,
): readonly KeptLine[] {
  const first = exchangeIn(lines);
  const { origin, seq } = placeOf(first);
  const second = lines.find((line) => {
    const place = placeOf(line);
    return place.origin === origin && place.seq === seq + 1;
  });
  if (second === undefined) throw new Error('no line follows');
  return lines.map((line) =>
    line === first ? moved(second, seq) : line === second ? moved(first, seq + 1) : line,
  );
}

/** Oldest first. */
function filesOf(lines: readonly KeptLine[]): readonly string[] {
  return [...new Set(lines.map(({ file }) => file))].sort();
}
