import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { makeBundle, shippedSidecar } from '../process/shipped.ts';
import { startSidecar } from '../process/sidecar.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const POLICY = 'version: 1\negress: { links: { action: block, allowHosts: [example.org] } }\n';
const READY = 60_000;

const shipped = shippedSidecar();
const { folder, main } = shipped;
const sidecar = join(folder, 'sidecar');
writeFileSync(join(folder, 'policy.yaml'), POLICY);
afterAll(() => shipped.remove());

/** What a command prints, and how it ends. */
function run(program: string, argv: readonly string[]): readonly unknown[] {
  const ended = spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8' });
  return [ended.status, ended.stdout, ended.stderr];
}

describe('the bundle of the sidecar', () => {
  it('is the same bytes again', () => {
    const again = join(folder, 'again/bundle');
    makeBundle(again);
    const names = readdirSync(join(sidecar, 'bundle'));
    expect(readdirSync(again)).toEqual(names);
    for (const name of names.filter((each) => each.endsWith('.js')))
      expect(readFileSync(join(again, name)).equals(readFileSync(join(sidecar, 'bundle', name)))).toBe(true);
  });

  it.each([
    ['a flag that there is not', ['--nonsense']],
    ['a policy that is not there', ['policy', 'check', join('no', 'policy.yaml')]],
    ['a policy', ['policy', 'explain', join(folder, 'policy.yaml')]],
    ['help', ['--help']],
  ])('answers as the build does: %s', (_, argv) =>
    expect(run(main, argv)).toEqual(run(join(ROOT, 'sidecar/dist/main.js'), argv)),
  );

  it(
    'becomes ready, with the model and the version that lie beside it, and ends',
    async () => {
      const started = await startSidecar({ upstreams: ['http://127.0.0.1:9'], policy: POLICY, main });
      const metrics = await (await fetch(`${started.admin}/metrics`)).text();
      const { version } = JSON.parse(readFileSync(join(ROOT, 'sidecar/package.json'), 'utf8')) as {
        version: string;
      };
      expect(metrics).toContain(`version="${version}"`);
      expect(await started.stop()).toBe(0);
    },
    READY,
  );

  it('is ASCII, which V8 keeps in one byte for each character', () => {
    for (const name of readdirSync(join(sidecar, 'bundle')).filter((each) => each.endsWith('.js')))
      expect([name, readFileSync(join(sidecar, 'bundle', name)).every((byte) => byte < 0x80)]).toEqual([
        name,
        true,
      ]);
  });

  it('has a map that leads stack traces to the source', () => {
    const names = readdirSync(join(sidecar, 'bundle')).filter((name) => name.endsWith('.js'));
    const linesOf = (name: string): readonly string[] =>
      readFileSync(join(sidecar, 'bundle', name), 'utf8').split('\n');
    const start = 'async function runSidecar(';
    const name = names.find((each) => linesOf(each).some((line) => line.includes(start))) ?? '';
    const line = linesOf(name).findIndex((each) => each.includes(start));
    const column = linesOf(name)[line]?.indexOf(start) ?? -1;
    const map = JSON.parse(readFileSync(join(sidecar, 'bundle', `${name}.map`), 'utf8')) as SourceMapPayload;
    const entry = new SourceMap(map).findEntry(line, column);
    expect('originalSource' in entry ? entry.originalSource : '').toMatch(/sidecar\/src\/sidecar\.ts$/);
  });
});
