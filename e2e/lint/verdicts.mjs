// Which files need no second linting. A verdict of a type-aware rule depends on the file, on everything that it imports, directly or not,
// and on the rules; so a file is known to be clean where all of these are, byte for byte, what they were when it was.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** What every verdict depends on. Ambient types come with the packages that the lock file names. */
const RULES = [
  'eslint.config.mjs',
  'eslint.rooms.mjs',
  'package-lock.json',
  'tsconfig.base.json',
  'sidecar/tsconfig.json',
  'sidecar/tsconfig.test.json',
  'webhook/tsconfig.json',
  'webhook/tsconfig.test.json',
  'e2e/tsconfig.json',
];

const hash = (parts) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');

/** The source file behind what another workspace exports: `@llm-boundary/sidecar/policy` is built from sidecar/src/policy/index.ts. */
function exported(specifier) {
  const [, workspace, path] = /^@llm-boundary\/([^/]+)\/(.+)$/.exec(specifier) ?? [];
  if (workspace === undefined) return null;
  const { exports } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8'));
  const built = exports[`./${path}`].default;
  return join(workspace, built.replace('/dist/', '/src/').replace(/\.js$/, '.ts'));
}

function imported(file, specifier) {
  return specifier.startsWith('.') ? join(dirname(file), specifier) : exported(specifier);
}

/**
 * The key of each file's verdict, by file. `files` are all TypeScript files of the workspaces, relative to the root, which is the working
 * directory.
 */
export function verdictKeys(files) {
  const known = new Set(files);
  const nodes = new Map(
    files.map((file) => {
      const text = readFileSync(file, 'utf8');
      const specifiers = [...text.matchAll(/(?:from|import|import\()\s*'([^']+)'/g)].map(([, name]) => name);
      const imports = specifiers.map((name) => imported(file, name)).filter((path) => known.has(path));
      return [file, { own: hash([file, text]), imports }];
    }),
  );
  const rules = hash([process.version, ...RULES.map((path) => readFileSync(path, 'utf8'))]);
  // A file that appears or goes may change what an import resolves to.
  const tree = hash([...files].sort());
  return new Map(
    files.map((file) => {
      const closure = new Set([file]);
      for (const path of closure) for (const next of nodes.get(path).imports) closure.add(next);
      return [file, hash([rules, tree, ...[...closure].sort().map((path) => nodes.get(path).own)])];
    }),
  );
}

/** Where caches are kept, outside the tree. */
export function cacheFolder() {
  const root = process.env.LLM_BOUNDARY_CACHE ?? join(homedir(), '.cache', 'llm-boundary');
  return join(root, 'lint');
}

/** The keys of files that were clean when they were linted; none where nothing is remembered. */
export function cleanVerdicts() {
  try {
    return JSON.parse(readFileSync(join(cacheFolder(), 'clean.json'), 'utf8'));
  } catch {
    return [];
  }
}

/** Enough for a few branches. */
const MAX_VERDICTS = 20_000;

/** The latest first. Best effort: without a place to write, the next run lints everything. */
export function rememberVerdicts(keys) {
  try {
    mkdirSync(cacheFolder(), { recursive: true });
    const path = join(cacheFolder(), `clean.${process.pid}.json`);
    writeFileSync(path, JSON.stringify([...new Set(keys)].slice(0, MAX_VERDICTS)));
    renameSync(path, join(cacheFolder(), 'clean.json'));
  } catch (error) {
    process.stderr.write(`lint: the cache cannot be written: ${error.message}\n`);
  }
}
