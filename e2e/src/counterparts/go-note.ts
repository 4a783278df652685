import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startSidecar } from '../process/sidecar.ts';
import { startChatModel } from './chat-model.ts';
import type { Steps } from './steps.ts';

const SOURCE = fileURLToPath(new URL('../../hack/chaincheck', import.meta.url));
const ASK = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Where?' }] });
const REQUESTS = 5;

/** Verifies the log of a real sidecar in Go: the signed notes by golang.org/x/mod/sumdb/note, the chain by a few lines. */
export async function tryGoNote(steps: Steps): Promise<void> {
  steps.title('golang.org/x/mod/sumdb/note (Go module) as reader of the record');
  const work = mkdtempSync(join(tmpdir(), 'llm-boundary-chaincheck-'));
  try {
    const program = join(work, 'chaincheck');
    const built = spawnSync('go', ['build', '-o', program, '.'], { cwd: SOURCE, encoding: 'utf8' });
    if (built.error !== undefined) {
      steps.skip('everything', built.error.message);
      return;
    }
    await steps.run('builds', () => assert.equal(built.status, 0, built.stderr));
    const written = await steps.run('a sidecar writes a log', () => writeLog(join(work, 'audit')));
    if (written === null) return;
    const { key, lines } = written;
    const checked = (changed: readonly string[]): ReturnType<typeof spawnSync> =>
      spawnSync(program, [key], { input: changed.map((line) => `${line}\n`).join(''), encoding: 'utf8' });
    await steps.run('takes the log', () => {
      const { status, stdout, stderr } = checked(lines);
      assert.equal(status, 0, String(stderr));
      assert.match(String(stdout), new RegExp(`^${lines.length} lines, [1-9]\\d* signatures\n$`));
    });
    for (const [name, changed] of damages(lines))
      await steps.run(`refuses it ${name}`, () => assert.equal(checked(changed).status, 1));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function damages(lines: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const [first = '', second = '', ...rest] = lines;
  const at = lines.findIndex((line) => line.includes('"kind":"checkpoint"'));
  const signature = (lines[at] ?? '').replace(/(.)(=*\\n")/, (_, letter: string, end: string) =>
    letter === 'A' ? `Q${end}` : `A${end}`,
  );
  return [
    ['with a line edited', lines.map((line) => line.replace('"method":"POST"', '"method":"GET"'))],
    ['without a line', [first, ...rest]],
    ['with two lines moved', [second, first, ...rest]],
    ['with a line doubled', [first, first, second, ...rest]],
    ['with a signature edited', lines.map((line, index) => (index === at ? signature : line))],
  ];
}

async function writeLog(
  auditDir: string,
): Promise<{ readonly key: string; readonly lines: readonly string[] }> {
  const model = await startChatModel('Here.');
  try {
    const sidecar = await startSidecar({
      upstreams: [model.origin],
      auditDir,
      policy: JSON.stringify({ version: 1, mode: 'enforce' }),
    });
    for (let index = 0; index < REQUESTS; index += 1) {
      const reply = await fetch(`${sidecar.inbound[0] ?? ''}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: ASK,
      });
      await reply.text();
      assert.equal(reply.status, 200);
    }
    await sidecar.stop('SIGTERM');
    const opened = sidecar.log.find((line) => line.includes('"msg":"audit log opened"')) ?? '{}';
    const { key } = JSON.parse(opened) as { readonly key: string };
    const [name = ''] = readdirSync(auditDir).filter((each) => each.endsWith('.jsonl'));
    return { key, lines: readFileSync(join(auditDir, name), 'utf8').trimEnd().split('\n') };
  } finally {
    await model.close();
  }
}
