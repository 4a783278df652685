import type { JsonObject } from '../../audit/record/canonical.ts';
import {
  faultIn,
  forged,
  hit,
  json,
  removeLog,
  report,
  source,
  writeLog,
  written,
} from './testing/reported-log.ts';

beforeAll(writeLog);
afterAll(removeLog);

describe('names that are no names', () => {
  const PAYLOADS = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus='alert(1)",
    '</td></table></main><iframe>',
    '<!--',
    '&lt;b&gt;&#60;script&#62;',
    '${alert(1)}',
    'a\u202eb\u2066c\u0000\u001b[2J\u2028',
    'x'.repeat(500),
  ];
  const places: readonly (readonly [string, (payload: string) => JsonObject])[] = [
    ['model', (model) => ({ model })],
    ['tools', (tool) => ({ tools: [tool] })],
    ['host', (host) => ({ host })],
    ['policy', (name) => ({ policy: { name, generation: 1, sha256: name } })],
    ['code', (code) => ({ code, verdict: 'block', hits: [] })],
    [
      'rule',
      (rule) => ({
        hits: [
          { ...hit, rule, code: rule },
          { ...hit, rule, code: rule, mode: 'observe' },
        ],
      }),
    ],
    ['dialect', (dialect) => ({ dialect })],
    ['origin', (origin) => ({ origin: `${origin.replaceAll('/', '')}/n/p/chain/0123456789abcdef` })],
  ];

  it.each(places)('of a %s stay text', async (_name, changes) => {
    const line = (await written()).find(({ kind }) => kind === 'ingress') ?? {};
    const lines = PAYLOADS.map((payload, seq) => ({ ...line, seq, ...changes(payload) }));
    await forged(lines, async (path) => {
      const { exit, out } = await report(source(path));
      expect(exit).toBe(1);
      expect(faultIn(out)).toBeNull();
      expect(out.replaceAll('\n', '')).not.toMatch(/\p{C}/u);
      expect(out).not.toMatch(/<(script|img|iframe)/);
      expect(out).toContain('TAMPERED');
      expect(JSON.parse((await report(source(path), { output: 'json' })).out)).toMatchObject({ v: 1 });
    });
  });

  it('fill tables up to their limit, and omitted rows are a gap', async () => {
    const line = (await written()).find(({ kind }) => kind === 'ingress') ?? {};
    const lines = Array.from({ length: 260 }, (_, seq) => ({ ...line, seq, model: `model-${seq}` }));
    await forged(lines, async (path) => {
      const made = await json(source(path));
      expect(made).toMatchObject({ facts: { models: { omitted: 160, isCut: false } } });
      expect(made).toHaveProperty('facts.models.rows.length', 100);
      const { out } = await report(source(path));
      expect(out).toContain('The table of models leaves out 160 rows with the fewest decisions.');
      expect(out.match(/>model-\d+</g)).toHaveLength(100);
    });
  });

  it('and times that are no times of this world leave the plot bounded', async () => {
    const line = (await written()).find(({ kind }) => kind === 'ingress') ?? {};
    const times = ['0001-01-01T00:00:00.000Z', '2026-02-03T04:05:06.000Z', '9999-12-31T23:59:59.999Z'];
    await forged(
      times.map((time, seq) => ({ ...line, seq, time })),
      async (path) => {
        const { out } = await report(source(path));
        expect(out.match(/<rect /g)?.length).toBeLessThanOrEqual(3);
        expect(await json(source(path))).toHaveProperty(
          'facts.timeline.intervals.length',
          expect.any(Number),
        );
        expect(out.length).toBeLessThan(100_000);
      },
    );
  });
});
