import { join } from 'node:path';
import { parseVerifier } from '../record/note.ts';
import { verifyFleet, type FleetOptions } from '../verify/fleet/verify-fleet.ts';
import { KEEPINGS, KeptAnchor } from './testing/kept-fleet.ts';
import { TwoPods, texts, without } from './testing/two-pods.ts';

let pods: TwoPods;
beforeAll(async () => {
  pods = await TwoPods.open();
});
afterAll(() => pods.remove());

describe('verifyFleet in a range', () => {
  it('asks for nothing that ended before it, and for all that reaches into it', async () => {
    const report = await pods.verify(KEEPINGS.otlpJson, pods.logs.a2.lines, { from: pods.logs.noon });
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
    expect(report.pods.flatMap(({ logs }) => logs.map(({ expected }) => expected?.from))).toEqual([
      pods.logs.sizeAtNoon + 1,
    ]);
  });

  it('asks for nothing behind it', async () => {
    const to = new Date(Date.parse(pods.logs.noon)).toISOString();
    const report = await pods.verify(
      KEEPINGS.otlpJson,
      [...pods.logs.a1.lines, ...pods.logs.b.lines, ...pods.logs.a2.lines.slice(0, -3)],
      { to },
    );
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });

  it.each<readonly [string, () => readonly string[], Partial<FleetOptions>]>([
    [
      'lines in it',
      () => without(pods.logs.a2.lines, pods.logs.sizeAtNoon + 2),
      { from: '2020-01-01T00:00:00.000Z' },
    ],
    [
      'lines behind its beginning',
      () => without(pods.logs.a2.lines, pods.logs.a2.lines.length - 4),
      { from: '2020-01-01T00:00:00.000Z' },
    ],
    [
      'lines before its end',
      () => [...pods.logs.a1.lines, ...pods.logs.b.lines.slice(3), ...pods.logs.a2.lines],
      { to: '2999-01-01T00:00:00.000Z' },
    ],
  ])('misses %s', async (_, lines, range) => {
    const to = range.to === undefined ? null : pods.logs.noon;
    const from = range.from === undefined ? null : pods.logs.noon;
    const report = await pods.verify(KEEPINGS.otlpJson, lines(), { from, to });
    expect(texts(report)).toContainEqual(expect.stringMatching(/lines are missing/));
    expect(report.exit).toBe(3);
  });

  it('reports a fleet log that ends earlier', async () => {
    const report = await pods.verify(KEEPINGS.otlpJson, pods.lines(), { to: '2999-01-01T00:00:00.000Z' });
    expect(texts(report)).toContainEqual(expect.stringMatching(/^missing: fleet log: the fleet log ends at/));
    expect(report.exit).toBe(3);
  });
});

describe('verifyFleet with another fleet log', () => {
  const heads = (): number =>
    pods.logs.fleet.findIndex((line, at) => at > 8 && line.includes('"kind":"head"'));
  it.each<readonly [string, () => readonly string[], number, RegExp]>([
    ['empty', () => [], 3, /no line of an anchor/],
    [
      'edited',
      () =>
        pods.logs.fleet.map((line, at) =>
          at === heads() ? line.replace('"offset_ms":3', '"offset_ms":4') : line,
        ),
      1,
      /one of the two was changed/,
    ],
    ['a line removed', () => without(pods.logs.fleet, heads()), 3, /the fleet log lacks its lines/],
    ['its beginning cut off', () => pods.logs.fleet.slice(3), 3, /the fleet log begins at .* with line 3/],
    ['its end cut off', () => pods.logs.fleet.slice(0, -4), 4, /ends at .* without a seal/],
    [
      'a line doubled that differs',
      () => [...pods.logs.fleet, (pods.logs.fleet[heads()] ?? '').replace('"offset_ms":3', '"offset_ms":5')],
      1,
      /differs from it/,
    ],
  ])('%s', async (_, lines, exit, text) => {
    const report = await pods.verify(KEEPINGS.otlpJson, pods.lines(), { fleetLines: lines() });
    expect(texts(report)).toContainEqual(expect.stringMatching(text));
    expect(report.exit).toBe(exit);
  });

  it('does not believe one that was written with another key', async () => {
    const other = await KeptAnchor.open(join(pods.root, 'other-anchor'));
    await other.log.close();
    const report = await pods.verify(KEEPINGS.otlpJson, pods.lines(), {
      anchorKey: parseVerifier(other.log.key),
    });
    expect(texts(report)).toContainEqual(expect.stringMatching(/key other than the one expected/));
    expect(report.exit).toBe(1);
  });

  it('reports that only the fleet log itself vouches for its key', async () => {
    const report = await pods.verify(KEEPINGS.otlpJson, pods.lines(), { anchorKey: null });
    expect(texts(report)).toContainEqual(expect.stringMatching(/its key is known only from the log itself/));
    expect(report.exit).toBe(4);
  });

  it('finds it among the lines of the pods', async () => {
    const path = await KEEPINGS.otlpJson(join(pods.root, 'one-collector'), [
      ...pods.lines(),
      ...pods.logs.fleet,
    ]);
    const options = { anchorKey: parseVerifier(pods.logs.anchorKey), from: null, to: null, live: false };
    const report = await verifyFleet([path], { ...options, fleetLog: [path] });
    expect(texts(report)).toEqual([]);
    expect(report.exit).toBe(0);
  });
});
