import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = readFileSync(`${ROOT}docs/guide/compatibility.md`, 'utf8');

/** Cells of the rows of all tables, without their heads. */
const ROWS = PAGE.split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (what|package|-+) /.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

const TOOLS = 'e2e/hack/cluster/tools';
const PACKAGES = 'e2e/package.json';

/** Where the version of a row is pinned, and the text around it there. */
const PINS: readonly (readonly [row: string, file: string, pin: (version: string) => string])[] = [
  ['Kubernetes', `${TOOLS}/kubernetes/go.mod`, (version) => `k8s.io/kubernetes v${version}\n`],
  ['Helm', `${TOOLS}/helm/go.mod`, (version) => `helm.sh/helm/v3 v${version}\n`],
  ['cert-manager', `${TOOLS}/cert-manager/go.mod`, (version) => `cert-manager/cert-manager v${version}\n`],
  ['Kyverno', `${TOOLS}/kyverno/go.mod`, (version) => `kyverno/kyverno v${version}\n`],
  ['Flux (`fluxcd/pkg/ssa`)', `${TOOLS}/gitops-diff/go.mod`, (version) => `fluxcd/pkg/ssa v${version}\n`],
  ['Node.js', 'package.json', (version) => `"node": ">=${version}"`],
  ['Istio', `${TOOLS}/istio-inject/go.mod`, (version) => `istio.io/api v${version}.`],
  ['Dapr', `${TOOLS}/dapr-inject/go.mod`, (version) => `dapr/dapr v${version}\n`],
  ['Cilium', `${TOOLS}/cilium-check/go.mod`, (version) => `cilium/cilium v${version}\n`],
  ['Portkey', 'e2e/src/counterparts/portkey.ts', (version) => `VERSION = '${version}'`],
  ...[
    'openai',
    '@anthropic-ai/sdk',
    '@google/genai',
    'ollama',
    'ai',
    '@openai/agents',
    '@langchain/openai',
  ].map((name) => [`\`${name}\``, PACKAGES, (version: string) => `"${name}": "${version}"`] as const),
];

describe('docs/guide/compatibility.md', () => {
  it.each(PINS)('%s: the version is the pinned one', (row, file, pin) => {
    const version = ROWS.find(([name]) => name === row)?.[1] ?? '';
    expect(version).toMatch(/^\d[\d.]+$/);
    expect(readFileSync(ROOT + file, 'utf8')).toContain(pin(version));
  });

  it('has no version that is pinned nowhere', () => {
    const named = ROWS.filter(([, version = '']) => /^\d/.test(version)).map(([name]) => name);
    expect(named.sort()).toEqual(PINS.map(([row]) => row).sort());
  });

  it('names a test that is there in each row', () => {
    expect(ROWS.length).toBeGreaterThan(20);
    for (const row of ROWS) {
      const [, test = ''] = /`((?:e2e|sidecar|webhook)\/[\w./-]+\.ts)`/.exec(row.at(-1) ?? '') ?? [];
      expect([row[0], test !== '' && existsSync(ROOT + test)]).toEqual([row[0], true]);
    }
  });
});
