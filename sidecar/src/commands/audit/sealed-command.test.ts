import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { generateIdentity, identityToRecipient } from 'age-encryption';

import { createLedger } from '../../audit/log/ledger.ts';
import { identityFrom } from '../../audit/record/identity.ts';
import { sampleDecision } from '../../audit/record/sample.ts';
import { requestEncoder } from '../../audit/ship/otlp-request.ts';
import { readSpooledLine } from '../../audit/ship/spooled-line.ts';
import { SealedFolder } from '../../audit/sealed/sealed-folder.ts';
import { runAuditCommand } from './run.ts';

const BODY = '{"model":"m","messages":[{"role":"user","content":"Only for the auditor."}]}';
let dir = '';
let log = '';
let key = '';
/** Digest of the last body, which the record says was erased. */
let last = '';
let identityFile = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'sealed-command-'));
  log = join(dir, 'log');
  identityFile = join(dir, 'auditor.txt');
  const identity = await generateIdentity();
  await writeFile(identityFile, `# created: today\n${identity}\n`);
  const terms = {
    recipients: [await identityToRecipient(identity)],
    sample: 1,
    bodyBytes: 1_000,
    folderBytes: 1_000_000,
  };
  const ledger = await createLedger({
    dir: log,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    sealing: terms,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
  });
  key = ledger.key;
  const folder = await SealedFolder.open({
    dir: log,
    volumeBytes: 2 ** 30,
    prunes: () => true,
    erased: () => undefined,
  });
  for (const [exchange, part, body] of [
    ['one', 'request', BODY],
    ['one', 'response', 'x'.repeat(1_001)],
    ['two', 'request', BODY],
  ] as const) {
    const seal = folder.begin(part, terms);
    seal.write(Buffer.from(body));
    const kept = await seal.finish();
    await ledger.record(null, sampleDecision({ exchange, sealed: kept === null ? [] : [kept] }), true);
    last = kept?.sha256 ?? '';
  }
  await ledger.append('erased', { bodies: 1, bytes: 4_096, sha256: [last] });
  await ledger.close();
});

afterEach(() => rm(dir, { recursive: true, force: true }));

async function run(
  ...argv: readonly string[]
): Promise<{ readonly exit: number; readonly out: string; readonly err: string }> {
  let [out, err] = ['', ''];
  const exit = await runAuditCommand(
    argv,
    {},
    {
      out: (text) => (out += text + '\n'),
      err: (text) => (err += text + '\n'),
      raw: (bytes) => {
        out += Buffer.from(bytes).toString();
        return Promise.resolve();
      },
    },
  );
  return { exit, out, err };
}

function open(...more: readonly string[]): ReturnType<typeof run> {
  return run('open', ...more, log, '--identity', identityFile);
}

describe('sealed bodies', () => {
  it.each([
    ['an exchange that has none', ['three'], 3, 'names such a sealed body'],
    ['a part that is not there', ['two', '--part', 'response'], 3, 'names such a sealed body'],
    ['one of several', ['one'], 2, 'request, response: name one with --part'],
  ])('are not guessed at: %s', async (_, more, exit, err) => {
    expect(await open(...more)).toMatchObject({ exit, out: '', err: expect.stringContaining(err) as string });
  });

  it('are opened by an identity of theirs only', async () => {
    await writeFile(identityFile, `${await generateIdentity()}\n`);
    expect(await open('two')).toMatchObject({
      exit: 1,
      out: '',
      err: 'no identity of the file opens this body\n',
    });
  });

  it('come out as they were', async () => {
    expect(await open('two')).toEqual({ exit: 0, out: BODY, err: '' });
    const cut = await open('one', '--part', 'response');
    expect([cut.exit, cut.out.length, cut.err]).toEqual([
      0,
      1_000,
      'only the first 1000 bytes of the body were kept\n',
    ]);
  });

  it('are opened from what a collector received', async () => {
    const [folder, out] = [join(log, 'sealed'), join(dir, 'otlp')];
    const identity = identityFrom({}, 'host');
    await mkdir(out);
    const lines = (
      await readFile(join(log, (await readdir(log)).find((name) => name.endsWith('.jsonl')) ?? ''))
    )
      .toString()
      .split('\n')
      .flatMap((text) => readSpooledLine(Buffer.from(text), key.split('+', 1)[0] ?? '') ?? []);
    const encode = requestEncoder('json', identity, '0');
    for (const name of await readdir(folder)) {
      const sealed = await readFile(join(folder, name));
      const body = { sha256: name.slice(0, 64), part: 'request', exchange: null, timeMs: 1, sealed };
      await appendFile(join(out, 'bodies.json'), `${Buffer.from(encode([body])).toString()}\n`);
    }
    await writeFile(join(out, 'lines.json'), `${Buffer.from(encode(lines)).toString()}\n`);
    await rm(log, { recursive: true });
    expect(await run('open', 'two', '--from-otlp', out, '--identity', identityFile)).toEqual({
      ...{ exit: 0, out: BODY, err: '' },
    });
    const { exit, out: report } = await run('verify', '--from-otlp', out, '--key', key);
    expect([exit, report]).toEqual([0, expect.stringContaining('3 named, 3 present and unchanged')]);
  });

  it('are counted by verify', async () => {
    const { exit, out } = await run('verify', log, '--key', key);
    expect([exit, out]).toEqual([
      0,
      expect.stringContaining(
        '3 named, 3 present and unchanged, 0 erased to make room (on the record), 0 missing',
      ),
    ]);
  });

  it('leave the log whole when they are erased', async () => {
    expect(await run('erase', 'one', log)).toMatchObject({
      exit: 0,
      out: expect.stringMatching(
        /^erased: request of one, sha256 [0-9a-f]{64}\nerased: response of one, sha256 [0-9a-f]{64}\n$/,
      ) as string,
    });
    expect((await readdir(join(log, 'sealed'))).length).toBe(1);
    expect(await open('one', '--part', 'request')).toMatchObject({ exit: 3, out: '' });
    expect(await run('erase', 'one', log)).toMatchObject({ exit: 3 });
    const { exit, out } = await run('verify', log, '--key', key);
    expect([exit, out]).toEqual([
      0,
      expect.stringContaining(
        '3 named, 1 present and unchanged, 0 erased to make room (on the record), 2 missing',
      ),
    ]);
  });

  it('are known by their line when they were erased to make room', async () => {
    await rm(join(log, 'sealed', `${last}.age`));
    const { exit, err } = await open('two', '--part', 'request');
    expect([exit, err]).toEqual([
      3,
      expect.stringMatching(/^the body was erased to make room: line \d+ of /),
    ]);
    const { out } = await run('verify', log, '--key', key);
    expect(out).toContain('1 erased to make room (on the record), 0 missing');
    expect(out).toMatch(
      new RegExp(`sealed request of exchange two \\(line .* sha256 ${last}\\): erased to make room, by line`),
    );
  });

  it('that were changed are found', async () => {
    const [name = ''] = await readdir(join(log, 'sealed'));
    await writeFile(join(log, 'sealed', name), 'another body');
    const { exit, out } = await run('verify', log, '--key', key);
    expect([exit, out]).toEqual([1, expect.stringContaining('is not the sealed body that the record names')]);
  });

  it('are announced by the record', async () => {
    const { out } = await run('show', log);
    expect(out).toMatch(/begins, sidecar 0\.0\.0; it keeps bodies for age1/);
  });
});
