import { KEEPINGS } from './testing/kept-fleet.ts';
import { decisionAt, edited, texts, TwoPods, without } from './testing/two-pods.ts';

let pods: TwoPods;
beforeAll(async () => {
  pods = await TwoPods.open();
});
afterAll(() => pods.remove());

type Damage = readonly [name: string, lines: () => readonly string[], exit: number, text: RegExp];

const DAMAGES: readonly Damage[] = [
  ['nothing at all', () => [], 3, /every line of this log is missing; expected/],
  ['a line edited', () => edited(pods.lines(), decisionAt(pods.lines(), 5)), 1, /one of the two was changed/],
  [
    'a line deleted',
    () => [...without(pods.logs.a1.lines, 7), ...pods.logs.a2.lines, ...pods.logs.b.lines],
    3,
    /lines are missing: 7$/,
  ],
  [
    'a line inserted',
    () => [
      ...pods.logs.a1.lines.slice(0, 9),
      edited(pods.logs.a1.lines, decisionAt(pods.logs.a1.lines, 5))[decisionAt(pods.logs.a1.lines, 5)] ?? '',
      ...pods.logs.a1.lines.slice(9),
      ...pods.logs.a2.lines,
      ...pods.logs.b.lines,
    ],
    1,
    /as another line has that differs from it/,
  ],
  [
    'a line of another log inserted in its name',
    () => [...pods.lines(), (pods.logs.b.lines[6] ?? '').replaceAll(pods.logs.b.origin, pods.logs.a1.origin)],
    1,
    /differs from it/,
  ],
  [
    'a line added behind the seal',
    () => [
      ...pods.lines(),
      (pods.logs.b.lines[6] ?? '')
        .replaceAll(pods.logs.b.origin, pods.logs.a2.origin)
        .replace(/"seq":\d+/, `"seq":${pods.logs.a2.lines.length}`),
    ],
    1,
    /follows the seal|does not match the previous line/,
  ],
  [
    'two lines that exchanged their places',
    () =>
      pods
        .lines()
        .map((line, at, lines) =>
          at === 5
            ? line.replace(/"seq":\d+/, '"seq":6')
            : at === 6
              ? (lines[6] ?? '').replace(/"seq":\d+/, '"seq":5')
              : line,
        ),
    1,
    /does not match the previous line/,
  ],
  [
    'the end cut off',
    () => [...pods.logs.a1.lines, ...pods.logs.a2.lines.slice(0, -6), ...pods.logs.b.lines],
    3,
    /lines are missing: \d+-\d+$/,
  ],
  [
    'a beginning cut off',
    () => [...pods.logs.a1.lines.slice(4), ...pods.logs.a2.lines, ...pods.logs.b.lines],
    3,
    /lines are missing: 0-3$/,
  ],
  [
    'a log rolled back to an older signature',
    () => [
      ...pods.logs.a1.lines,
      ...pods.logs.b.lines,
      ...pods.logs.a2.lines.slice(
        0,
        pods.logs.a2.lines.findIndex((line) => line.includes('"checkpoint"')) + 1,
      ),
    ],
    3,
    /lines are missing/,
  ],
  [
    'a middle file removed',
    () => [
      ...(pods.logs.a1.files[0] ?? []),
      ...pods.logs.a1.files.slice(2).flat(),
      ...pods.logs.a2.lines,
      ...pods.logs.b.lines,
    ],
    3,
    /lines are missing: \d+-\d+$/,
  ],
  [
    'the newest files removed',
    () => [...pods.logs.a1.lines, ...(pods.logs.a2.files[0] ?? []), ...pods.logs.b.lines],
    3,
    /lines are missing/,
  ],
  [
    'an older log removed',
    () => [...pods.logs.a2.lines, ...pods.logs.b.lines],
    3,
    /every line of this log is missing/,
  ],
  [
    'the newest log removed',
    () => [...pods.logs.a1.lines, ...pods.logs.b.lines],
    3,
    /every line of this log is missing/,
  ],
  [
    'a pod whose log never came',
    () => [...pods.logs.a1.lines, ...pods.logs.a2.lines],
    3,
    /every line of this log is missing/,
  ],
  [
    'a second log under one pod',
    () => [...pods.lines(), ...pods.logs.foreign.lines],
    1,
    /is a second log of pod uid-a/,
  ],
  [
    'a log written anew under the old name',
    () => [
      ...pods.logs.foreign.lines.map((line) =>
        line.replaceAll(pods.logs.foreign.origin, pods.logs.a1.origin),
      ),
      ...pods.logs.a2.lines,
      ...pods.logs.b.lines,
    ],
    1,
    /another key|is not the line that the anchor found/,
  ],
];

describe.each(Object.entries(KEEPINGS))('verifyFleet on %s', (name, keeping) => {
  it('reports completeness', async () => {
    const report = await pods.verify(keeping, pods.lines());
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(report.pods.map(({ pod, verdict, logs }) => [pod?.name, verdict, logs.length])).toEqual([
      ['agent-a', 'complete', 2],
      ['agent-b', 'complete', 1],
    ]);
  });

  it('takes lines that are there twice', async () => {
    const lines = name === 'file' || name === 'podLog' ? pods.lines() : [...pods.lines()].reverse();
    const report = await pods.verify(keeping, [...lines, ...lines]);
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });

  it.each(DAMAGES)('finds %s', async (_, lines, exit, text) => {
    const report = await pods.verify(keeping, lines());
    expect(texts(report)).toContainEqual(expect.stringMatching(text));
    expect(report.exit).toBe(exit);
  });
});

describe('verifyFleet on files that keep the order', () => {
  it.each(['podLog', 'file'] as const)('finds lines of a %s that were moved', async (name) => {
    const [two, three] = [pods.logs.a1.lines[2] ?? '', pods.logs.a1.lines[3] ?? ''];
    const lines = [
      ...pods.logs.a1.lines.slice(0, 2),
      three,
      two,
      ...pods.logs.a1.lines.slice(4),
      ...pods.logs.a2.lines,
      ...pods.logs.b.lines,
    ];
    const report = await pods.verify(KEEPINGS[name], lines);
    expect(texts(report)).toContainEqual(
      expect.stringMatching(/seq 2 and stands behind 3: lines were moved/),
    );
    expect(report.exit).toBe(1);
  });

  it('recognises an interrupted write at the end', async () => {
    const report = await pods.verify(
      async (path, lines) =>
        KEEPINGS.file(path, [...lines.slice(0, -1), `${lines.at(-1) ?? ''}\n{"code":null,"orig`]),
      pods.lines(),
    );
    expect(report.exit).toBe(0);
  });
});
