import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parse } from 'yaml';

import { commandFolder } from '../testing/command-folder.ts';
import { AGENT_TRACES } from './testing/agent-traces.ts';
import { CODING_TRACES } from './testing/coding-traces.ts';
import type { Trace } from './testing/lines.ts';
import { SERVER_TRACES } from './testing/server-traces.ts';

const FOLDER = new URL('../../../../data/recipes/', import.meta.url);
const TRACES = [...SERVER_TRACES, ...AGENT_TRACES, ...CODING_TRACES];
const NAMES = readdirSync(FOLDER).map((name) => basename(name, '.yaml'));

const { run, file } = commandFolder();

async function written(name: string, ...more: readonly string[]): Promise<string> {
  const { status, out, err } = await run(['init', '--for', name, ...more]);
  expect([status, err]).toEqual([0, '']);
  return out;
}

/** The one change that the policy itself names. */
function enforced(policy: string): string {
  expect(policy.match(/^mode: observe\b/gm)).toHaveLength(1);
  return policy.replace(/^mode: observe\b/m, 'mode: enforce');
}

interface Judged {
  readonly outcome: string;
  readonly code: string | null;
  readonly hits: readonly { readonly mode: string }[];
}

async function judge(policy: string, { lines }: Trace): Promise<Judged> {
  const traffic = lines.map((line) => JSON.stringify(line)).join('\n');
  const { out } = await run([
    ...['test', await file('p.yaml', policy), '--json'],
    ...['--traffic', await file('t.jsonl', traffic)],
  ]);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '') as Judged;
}

describe('policy init', () => {
  it.each([
    ['no workload', []],
    ['a workload without a policy', ['--for', 'olama']],
    ['no name after the flag', ['--for']],
  ])('with %s lists them', async (_name, argv) => {
    const { status, out, err } = await run(['init', ...argv]);
    expect([status, out]).toEqual([2, '']);
    for (const name of NAMES) expect(err).toContain(name);
  });

  it('has eight, each with traces that pass and traces that are refused', () => {
    expect(NAMES).toHaveLength(8);
    for (const name of NAMES) {
      const own = TRACES.filter(({ recipe }) => recipe === name);
      expect([
        own.some(({ refused }) => refused === null),
        own.some(({ refused }) => refused !== null),
      ]).toEqual([true, true]);
    }
    expect(TRACES.filter(({ recipe }) => !NAMES.includes(recipe))).toEqual([]);
  });
});

describe.each(NAMES)('%s', (name) => {
  it('is the file of the package: at most 25 lines, with comments, observing, without a warning', async () => {
    const policy = await written(name);
    expect(policy).toBe(readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8'));
    expect(policy.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(policy).toMatch(/^# /);
    for (const text of [policy, enforced(policy)]) {
      const { status, err } = await run(['check', await file('p.yaml', text)]);
      expect([status, err]).toEqual([0, '']);
    }
  });

  it('comes as the ConfigMap too, with the same text', async () => {
    const manifest = await written(name, '--output', 'manifest');
    expect(parse(manifest)).toEqual({
      ...{ apiVersion: 'v1', kind: 'ConfigMap' },
      metadata: { name, namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } },
      data: { 'policy.yaml': await written(name) },
    });
    const { status, err } = await run(['check', await file('m.yaml', manifest)]);
    expect([status, err]).toEqual([0, '']);
  });

  const traces = TRACES.filter(({ recipe }) => recipe === name);
  it.each(traces.map((trace) => [trace.name, trace] as const))('%s', async (_trace, trace) => {
    const policy = await written(name);
    const { outcome, code } = await judge(enforced(policy), trace);
    const blocked = outcome === 'block' ? code : outcome === 'redact' ? outcome : null;
    expect(blocked).toBe(trace.refused);
    // As it is written, it changes nothing.
    const { hits } = await judge(policy, trace);
    expect(hits.filter(({ mode }) => mode !== 'observe')).toEqual([]);
    expect(hits.length > 0).toBe(trace.refused !== null);
  });
});
