import { commandFolder, type Ran } from './testing/command-folder.ts';

const { run, file } = commandFolder();

async function diff(live: string, shadow: string, ...more: readonly string[]): Promise<Ran> {
  const said = (name: string, model: string, content: string): object => ({
    ...{ name, dialect: 'openai-chat' },
    request: { model, messages: [{ role: 'user', content }] },
  });
  const traffic = [
    said('a small model', 'small', 'hello'),
    said('a large model', 'large', 'hello'),
    said('payroll', 'small', 'show me the payroll'),
  ];
  const path = await file('traffic.jsonl', traffic.map((line) => JSON.stringify(line)).join('\n'));
  const files = [await file('live.yaml', live), '--shadow', await file('shadow.yaml', shadow)];
  return run(['diff', ...files, '--traffic', path, ...more]);
}

const OPEN = 'version: 1\n';
const SMALL = 'version: 1\nmodels: { allow: [small] }\n';
const PAYROLL =
  'version: 1\nmodels: { allow: [small] }\ningress: { rules: [{ id: no-payroll, pattern: payroll, action: block }] }\n';

describe('policy diff', () => {
  it('refuses an invalid shadow with the position of the problem', async () => {
    const { status, out, err } = await diff(OPEN, 'version: 1\nmodls: {}\n');
    expect([status, out]).toEqual([3, '']);
    expect(err).toContain('shadow.yaml');
  });

  it.each([
    ['nothing where two policies agree', SMALL, SMALL, 0, ['3 exchanges, 0 differences']],
    [
      'what would be refused',
      OPEN,
      SMALL,
      3,
      [
        '2 a large model: would refuse: allow -> block (model_not_allowed, model.not-listed)',
        '3 exchanges, 1 difference',
      ],
    ],
    [
      'what would pass',
      PAYROLL,
      OPEN,
      3,
      [
        '2 a large model: would allow: block (model_not_allowed, model.not-listed) -> allow',
        '3 payroll: would allow: block (content_refused, rule.no-payroll) -> allow',
        '3 exchanges, 2 differences',
      ],
    ],
    [
      'nothing of rules that only observe',
      SMALL,
      PAYROLL.replace('block', 'block, mode: observe'),
      0,
      ['3 exchanges, 0 differences'],
    ],
  ])('prints %s', async (_name, live, shadow, status, lines) => {
    const ran = await diff(live, shadow);
    expect(ran.out.trimEnd().split('\n')).toEqual(lines);
    expect(ran.status).toBe(status);
  });

  it('prints no text of the traffic, also as JSON', async () => {
    const { out } = await diff(PAYROLL, OPEN, '--json');
    expect(out).not.toContain('show me');
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([
      { line: 2, change: 'would_allow', live: { verdict: 'block' }, shadow: { verdict: 'allow' } },
      { line: 3, change: 'would_allow', live: { rules: ['rule.no-payroll'] } },
    ]);
  });
});
