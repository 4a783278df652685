import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);
const PAGE = new URL('docs/reference/commands.md', ROOT);

/** The built commands, as an image starts them. Types are checked first, which builds them. */
const PROGRAMS = ['sidecar/dist/main.js', 'sidecar/dist/commands/audit/main.js', 'webhook/dist/main.js'];

interface Help {
  readonly path: readonly string[];
  readonly text: string;
}

function helpOf(program: string, path: readonly string[]): string {
  const main = fileURLToPath(new URL(program, ROOT));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...path, '--help'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  if (status !== 0 || stdout === '') throw new Error(`${program} ${path.join(' ')} --help failed: ${stderr}`);
  return stdout;
}

/** Names in the section "Commands" of a help. */
function commandsIn(text: string): readonly string[] {
  const section = /\nCommands:\n((?: {2}\S.*\n)+)/.exec(text)?.[1] ?? '';
  return [...section.matchAll(/^ {2}(\S+)/gm)].map(([, name = '']) => name);
}

/** A command's help and those of the commands below it, in the order in which it lists them. */
function helps(program: string, path: readonly string[] = []): readonly Help[] {
  const text = helpOf(program, path);
  return [{ path, text }, ...commandsIn(text).flatMap((name) => helps(program, [...path, name]))];
}

function section({ path, text }: Help): string {
  const title = /^Usage: (\S+)/.exec(text)?.[1] ?? '';
  const heading = `${path.length === 0 ? '##' : '###'} ${[title, ...path].join(' ')}`;
  return `${heading}\n\n\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}

function page(): string {
  return [
    `# Commands

Output of \`--help\` for each command. Generated; \`npm run docs\` rewrites it.

Every flag has an environment variable, which stands in brackets; the flag wins. Repeatable flags are separated by commas there. Unknown
flags and bad values end with exit status 2 and a message that names the flag, the value and what is expected. Exit status 3 means
"decided: no".
`,
    ...PROGRAMS.flatMap((program) => helps(program).map(section)),
  ].join('\n');
}

describe('docs/reference/commands.md', () => {
  it('matches the help of the commands (UPDATE_GOLDEN=1 rewrites)', () => {
    const rendered = page();
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, rendered);
    expect(existsSync(PAGE) ? readFileSync(PAGE, 'utf8') : '').toBe(rendered);
  }, 180_000);
});
