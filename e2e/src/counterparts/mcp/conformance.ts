import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

import { startModernServer } from '../../mcp/modern-server.ts';
import { startSidecar } from '../../process/sidecar.ts';
import { npmFolder } from '../cache.ts';
import type { Steps } from '../steps.ts';

const VERSION = '0.2.0-alpha.12';
const PROGRAM = join('node_modules', '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
const CLIENT = fileURLToPath(new URL('conformance-client.js', import.meta.url));
/** Suites of scenarios for clients; between them they have all that a client of the SDK can do, each way of OAuth included. */
const CLIENT_SUITES: ReadonlyMap<string, number> = new Map([
  ['core', 200],
  ['draft', 150],
  ['extensions', 50],
  ['backcompat', 20],
]);
/** Longest run of the suite. */
const LIMIT_MS = 300_000;

const POLICY = `version: 1
endpoints: { mcp: [/mcp] }
action: { default: allow }
`;

/** The suite imports `globSync`, which Node 20 does not have, for a command that is not used here. A module takes the place of `fs`. */
const HOOK: Readonly<Record<string, string>> = {
  'hook.mjs': "import { register } from 'node:module';\nregister('./resolve.mjs', import.meta.url);\n",
  'resolve.mjs': `const url = new URL('./fs.mjs', import.meta.url).href;
export const resolve = (name, context, next) =>
  name === 'fs' && context.parentURL?.includes('/conformance/dist/') ? { url, shortCircuit: true } : next(name, context);
`,
  'fs.mjs':
    "export * from 'node:fs';\nexport { default } from 'node:fs';\nexport const globSync = () => [];\n",
};

/** Results of the suite's checks, in order, by scenario. */
type Results = ReadonlyMap<string, readonly string[]>;

/** The official conformance suite against a server and a client on the official SDK, directly and through the sidecar. */
export async function tryMcpConformance(steps: Steps): Promise<void> {
  steps.title(
    `MCP conformance suite (npm @modelcontextprotocol/conformance ${VERSION}), revision 2026-07-28`,
  );
  const installed = npmFolder('mcp-conformance', `@modelcontextprotocol/conformance@${VERSION}`, PROGRAM);
  if ('missing' in installed) {
    steps.skip('everything', installed.missing);
    return;
  }
  const program = join(installed.folder, PROGRAM);
  await asServer(steps, program);
  for (const [suite, least] of CLIENT_SUITES) await asClients(steps, program, suite, least);
}

async function asServer(steps: Steps, program: string): Promise<void> {
  const server = await startModernServer(true);
  const sidecar = await startSidecar({ upstreams: [`http://${server.host}`], policy: POLICY });
  // It asks with other hosts too, and expects that only localhost is served.
  const at = (host: string): readonly string[] => [
    'server',
    ...['--url', `http://localhost:${host.split(':')[1] ?? ''}/mcp`],
    ...['--requirements', '2026-07-28'],
  ];
  try {
    const { host } = new URL(sidecar.inbound[0] ?? '');
    await steps.run('a server: every check has the same result through the sidecar', async () => {
      const direct = await resultsOf(program, at(server.host));
      expectSame(await resultsOf(program, at(host)), direct, 100);
    });
  } finally {
    await sidecar.stop();
    await server.close();
  }
}

/**
 * The suite starts all clients of its scenarios at once. Each starts its own sidecar, since the port of the suite's server is only known
 * then. `least`: of the checks, as many must pass without the sidecar.
 */
async function asClients(steps: Steps, program: string, suite: string, least: number): Promise<void> {
  const client = (flags: string): readonly string[] => [
    'client',
    ...['--command', `${process.execPath} ${CLIENT} ${flags}`.trim()],
    ...['--timeout', `${LIMIT_MS / 2}`],
  ];
  const clients = (flags: string): readonly string[] => [...client(flags), '--suite', suite];
  await steps.run(`clients: every check of the suite "${suite}" has the same result`, async () => {
    const direct = new Map(await resultsOf(program, clients('')));
    const through = new Map(await resultsOf(program, clients('--through')));
    for (const scenario of [...direct.keys(), ...through.keys()]) {
      if (isDeepStrictEqual(through.get(scenario), direct.get(scenario))) continue;
      // With all clients at once a check may differ for want of CPU: what differs is tried again alone.
      const alone = (flags: string): readonly string[] => [...client(flags), '--scenario', scenario];
      for (const [results, flags] of [
        [direct, ''],
        [through, '--through'],
      ] as const)
        results.set(scenario, [...(await resultsOf(program, alone(flags))).values()].flat());
    }
    expectSame(through, direct, least);
  });
}

/** `least`: of the checks, as many must pass without the sidecar. */
function expectSame(through: Results, direct: Results, least: number): void {
  const passed = [...direct.values()].flat().filter((each) => each.startsWith('SUCCESS')).length;
  assert.ok(passed >= least, `only ${passed} checks pass without the sidecar`);
  assert.deepEqual(Object.fromEntries(through), Object.fromEntries(direct));
}

/** @throws Error with the end of its output if it does not finish in time, or leaves no results */
async function resultsOf(program: string, args: readonly string[]): Promise<Results> {
  const folder = mkdtempSync(join(tmpdir(), 'mcp-conformance-'));
  try {
    for (const [name, text] of Object.entries(HOOK)) writeFileSync(join(folder, name), text);
    const hook = join(folder, 'hook.mjs');
    const output = await run(['--import', hook, program, ...args, '-o', folder]);
    const results = new Map(
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => basename(name) === 'checks.json')
        .map((name) => [scenarioOf(dirname(name)), checksIn(join(folder, name))]),
    );
    if (results.size === 0) throw new Error(output.slice(-2000));
    return results;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Folders are named after scenario and time. */
function scenarioOf(folder: string): string {
  return folder.replace(/-\d{4}-\d\d-\d\dT.*$/, '');
}

function checksIn(file: string): readonly string[] {
  const checks = JSON.parse(readFileSync(file, 'utf8')) as readonly {
    readonly id: string;
    readonly status: string;
  }[];
  return checks.filter(({ status }) => status !== 'INFO').map(({ id, status }) => `${status} ${id}`);
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: LIMIT_MS });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => void (output += chunk.toString()));
    child.once('error', reject);
    // Its status tells whether all checks passed, which is not asked here.
    child.once('exit', (_code, signal) => {
      if (signal === null) resolve(output);
      else reject(new Error(`the suite did not end in ${LIMIT_MS / 1000} s: ${output.slice(-2000)}`));
    });
  });
}
