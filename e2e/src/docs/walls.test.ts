import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NOT_COPIED = new Set(['node_modules', 'dist', 'build', 'coverage', '.git']);

/** Lints `[file, text]` pairs on standard input with the rule of rooms alone; prints the messages of each. */
const LINT = `
  import { readFileSync } from 'node:fs';
  import { Linter } from 'eslint';
  import { roomsConfig } from './eslint.rooms.mjs';
  const linter = new Linter({ cwd: process.cwd() });
  const found = JSON.parse(readFileSync(0, 'utf8')).map(([filename, text]) =>
    linter.verify(text, [roomsConfig], { filename: process.cwd() + '/' + filename }).map(({ message }) => message),
  );
  process.stdout.write(JSON.stringify(found));
`;

function lint(files: readonly (readonly [string, string])[]): readonly (readonly string[])[] {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', LINT], {
    cwd: ROOT,
    input: JSON.stringify(files),
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly (readonly string[])[];
}

const ALLOWED = ['sidecar/src/controls/new.ts', "import '../detectors/detector.ts';"] as const;
/** What, the file, its text, and what is said of it. */
const FORBIDDEN = [
  [
    'an import up',
    'sidecar/src/detectors/pii/new.ts',
    "import { x } from '../../pipeline/index.ts';",
    'detectors/ must not import pipeline/',
  ],
  [
    'a room that is handed on',
    'sidecar/src/exchange/new.ts',
    "export * from '../controls/index.ts';",
    'exchange/ must not import controls/',
  ],
  [
    'a room that is loaded later',
    'webhook/src/inject/new.ts',
    "await import('../kube/kube.ts');",
    'inject/ must not import kube/',
  ],
  ['an import across', 'e2e/src/demo/new.ts', "import '../bench/main.ts';", 'demo/ must not import bench/'],
  [
    'an import of what stands above',
    'sidecar/src/forward/new.ts',
    "import '../config.ts';",
    'forward/ must not import config.ts, which stands above all rooms',
  ],
  [
    'a new room',
    'sidecar/src/novelty/new.ts',
    'export const x = 1;',
    'novelty/new.ts stands in a folder that is no room',
  ],
  [
    'an import of a new room',
    'sidecar/src/pipeline/new.ts',
    "import '../novelty/new.ts';",
    'novelty/new.ts stands in a folder that is no room',
  ],
] as const;

describe('walls between rooms', () => {
  const [allowed, ...forbidden] = lint([
    ALLOWED,
    ...FORBIDDEN.map(([, file, text]) => [file, text] as const),
  ]);

  it.each(FORBIDDEN.map(([name, , , expected], index) => [name, expected, index] as const))(
    'stop %s',
    (_name, expected, index) => {
      expect(forbidden[index]?.join('\n')).toContain(expected);
    },
  );

  it('allow the requests in the table', () => {
    expect(allowed).toEqual([]);
  });
});

describe('a copy of the tree with something planted', () => {
  let copy = '';

  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'llm-boundary-walls-'));
    cpSync(ROOT, copy, { recursive: true, filter: (path) => !NOT_COPIED.has(basename(path)) });
    for (const workspace of ['', 'sidecar', 'webhook', 'e2e']) {
      const modules = join(ROOT, workspace, 'node_modules');
      if (existsSync(modules)) symlinkSync(modules, join(copy, workspace, 'node_modules'));
    }
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  it('fails for an unused export and for an unused file', () => {
    appendFileSync(join(copy, 'sidecar/src/exchange/refusal.ts'), '\nexport function plantedExport() {}\n');
    writeFileSync(join(copy, 'webhook/src/pod/planted-file.ts'), 'export const planted = 1;\n');
    const { status, stdout } = spawnSync('npx', ['--no-install', 'knip'], { cwd: copy, encoding: 'utf8' });
    expect(stdout).toContain('plantedExport');
    expect(stdout).toContain('planted-file.ts');
    expect(status).toBe(1);
  });

  it('fails for a folder of more files than a reader finds a name among', () => {
    for (let file = 0; file <= 25; file += 1)
      writeFileSync(join(copy, `sidecar/src/telemetry/planted-${file}.ts`), 'export {};\n');
    const { status, stderr } = spawnSync(process.execPath, ['eslint.rooms.mjs'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect(stderr).toMatch(/sidecar\/src\/telemetry: \d+ files, at most 25/);
    expect(status).toBe(1);
  });
});
