import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { startModelServer, type Lines } from '../../frameworks/model-server.ts';
import { startSidecar } from '../../process/sidecar.ts';
import { pythonEnvironment } from '../cache.ts';
import type { Steps } from '../steps.ts';

const AGENTS = fileURLToPath(new URL('../../../hack/python-agents/agents.py', import.meta.url));
const PACKAGES = [
  'openai',
  'anthropic',
  'langchain',
  'langchain-openai',
  'langchain-anthropic',
  'pydantic-ai-slim[openai,anthropic]',
];
/** Eight loops, each whole and streamed. */
const LOOPS = 16;
const ALL_MS = 180_000;

const start = promisify(execFile);

/** How a loop ended, as its user sees it. */
interface Ended {
  readonly agent: string;
  /** Its last text. Absent: it raised. */
  readonly text?: string;
  /** The class of what it raised. */
  readonly raised?: string;
  /** Cities for which its tool was called. */
  readonly calls: readonly string[];
}

type OnDeny = 'finish' | 'error' | 'deny-result';

const ATLANTIS = [{ city: 'Atlantis' }];
const PIECES = ['It is ', 'sun', 'ny in Paris.'];
const ANSWER = PIECES.join('');

/** The loops of Python's SDKs and frameworks, with a model that makes a call which policy refuses. */
export async function tryPythonAgents(steps: Steps): Promise<void> {
  steps.title('Agent loops in Python (PyPI openai, anthropic, langchain, pydantic-ai) as clients');
  const installed = pythonEnvironment('python-agents', PACKAGES, 'pai');
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const python = join(installed.folder, 'bin', 'python');
  const mends = { calls: ATLANTIS, mended: [{ city: 'Paris' }], pieces: PIECES };
  const insists = { calls: ATLANTIS, mended: ATLANTIS, pieces: PIECES };
  await each(steps, python, ['deny-result', mends], 'goes on with what the model does instead', (ended) => {
    assert.deepEqual([ended.text, ended.calls], [ANSWER, ['Paris']]);
  });
  await each(steps, python, ['deny-result', insists], 'ends where the model insists', (ended) => {
    assert.deepEqual(ended.calls, []);
    assert.notEqual(ended.text, ANSWER);
  });
  await each(steps, python, ['finish', mends], 'ends without the call', (ended) => {
    assert.deepEqual(ended.calls, []);
    assert.notEqual(ended.text, ANSWER);
  });
  await each(steps, python, ['error', mends], 'raises', (ended) => {
    assert.deepEqual(ended.calls, []);
    assert.match(ended.raised ?? '', /Error$/);
  });
}

/** A step for each loop, under this policy and with this model. */
async function each(
  steps: Steps,
  python: string,
  [onDeny, lines]: readonly [OnDeny, Lines],
  outcome: string,
  check: (ended: Ended) => void,
): Promise<void> {
  const all = await steps.run(`onDeny: ${onDeny}: all loops end`, () => run(python, onDeny, lines));
  for (const ended of all ?? [])
    await steps.run(`onDeny: ${onDeny}: ${ended.agent} ${outcome}`, () => check(ended));
}

async function run(python: string, onDeny: OnDeny, lines: Lines): Promise<readonly Ended[]> {
  const upstream = await startModelServer(lines);
  const sidecar = await startSidecar({
    upstreams: [upstream.origin],
    policy: `version: 1
action:
  onDeny: ${onDeny}
  tools: [{ name: get_weather, arguments: "args.city != 'Atlantis'" }]
`,
  });
  try {
    // Not in one turn of the event loop: the model server is in this process.
    const { stdout } = await start(python, [AGENTS, sidecar.inbound[0] ?? ''], { timeout: ALL_MS });
    const all = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Ended);
    assert.equal(all.length, LOOPS);
    return all;
  } finally {
    await sidecar.stop();
    await upstream.close();
  }
}
