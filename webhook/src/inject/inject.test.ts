import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

import fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';

import { applyPatch } from './patch/apply-patch.ts';
import { DEFAULT_CONFIG, type InjectConfig } from '../pod/config.ts';
import { testPolicies } from './fixtures.ts';
import { inject, type Injection } from './inject.ts';
import { jsonPatch } from './patch/patch.ts';
import { parseNamespace, parsePod } from '../pod/pod.ts';
import { refusalText } from '../pod/refusals.ts';

const testdata = new URL('./testdata/', import.meta.url);

/** A case may have a third document: what its installation decides in place of the defaults. */
function run(pod: unknown, namespace: unknown, config: unknown = {}): Injection {
  const [parsedPod, parsedNamespace] = [parsePod(pod), parseNamespace(namespace)];
  if (!parsedPod.ok || !parsedNamespace.ok) throw new Error('the case is malformed');
  return inject({
    pod: parsedPod.value,
    namespace: parsedNamespace.value,
    policies: testPolicies,
    config: { ...DEFAULT_CONFIG, ...(config as Partial<InjectConfig>) },
  });
}

function documents(text: string): readonly unknown[] {
  return parseAllDocuments(text).map((each) => each.toJS() as unknown);
}

function golden(file: URL, actual: string): void {
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  expect(actual).toBe(existsSync(file) ? readFileSync(file, 'utf8') : '');
}

function rendered(pod: unknown, result: Injection): string {
  switch (result.kind) {
    case 'skip':
      return `skipped: ${result.reason}\n`;
    case 'refused':
      return `${refusalText(result)}\n`;
    case 'injected': {
      const patched = applyPatch(pod, jsonPatch(pod, result.pod));
      const warnings = result.warnings.map((warning) => `# ${warning}\n`).join('');
      return warnings + stringify(patched, { lineWidth: 0, aliasDuplicateObjects: false });
    }
  }
}

const cases = readdirSync(testdata, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort((a, b) => Number(b.startsWith('refused')) - Number(a.startsWith('refused')) || a.localeCompare(b));

describe('every shape of a pod', () => {
  it.each(cases)('%s', (name) => {
    const [namespace, pod, config] = documents(readFileSync(new URL(`${name}/in.yaml`, testdata), 'utf8'));
    const result = run(pod, namespace, config);
    expect(result.kind === 'refused').toBe(name.startsWith('refused'));
    golden(new URL(`${name}/out.yaml`, testdata), rendered(pod, result));
    if (result.kind !== 'injected') return;

    const patch = jsonPatch(pod, result.pod);
    const injected = applyPatch(pod, patch);
    expect(injected).toEqual(JSON.parse(JSON.stringify(result.pod)));
    expect(
      patch.some(({ op, path }) => op === 'replace' && /\/(containers|volumes|args|env)$/.test(path)),
    ).toBe(false);

    const again = run(injected, namespace, config);
    expect(again.kind).toBe('injected');
    if (again.kind === 'injected') expect(jsonPatch(injected, again.pod)).toEqual([]);
  });
});

const word = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/), fc.constantFrom('constructor', 'valueof'));
const handler = fc.oneof(
  fc.record({
    httpGet: fc.record({ path: fc.constantFrom('/', '/health'), port: fc.constantFrom(8000, 8001, 9) }),
  }),
  fc.record({ tcpSocket: fc.record({ port: fc.constantFrom(8000, 8001, 9) }) }),
  fc.constant({ exec: { command: ['true'] } }),
);
const container = fc.record(
  {
    name: word,
    image: fc.constantFrom('vllm/vllm-openai:v1', 'ollama/ollama', 'example/x@sha256:00'),
    args: fc.array(fc.constantFrom('--port', '8000', '--host=0.0.0.0', '--model', 'x', '--port=8001'), {
      maxLength: 6,
    }),
    command: fc.constantFrom(['vllm', 'serve'], ['sh', '-c', 'exec vllm serve m --port 8000 # x'], ['run']),
    ports: fc.uniqueArray(fc.record({ containerPort: fc.constantFrom(8000, 8001, 11434) }), {
      maxLength: 2,
      selector: ({ containerPort }) => containerPort,
    }),
    env: fc.array(fc.record({ name: fc.constantFrom('A', 'OPENAI_BASE_URL', 'OLLAMA_HOST'), value: word })),
    livenessProbe: handler,
    lifecycle: fc.record({ preStop: handler }),
    securityContext: fc.record(
      { runAsUser: fc.constantFrom(0, 1000), capabilities: fc.constant({ drop: ['NET_RAW'] }) },
      { requiredKeys: [] },
    ),
    resources: fc.constant({ limits: { cpu: '1', memory: '1Gi' } }),
  },
  { requiredKeys: ['name', 'image'] },
);
function containers(minLength: number) {
  return fc.uniqueArray(container, { minLength, maxLength: 3, selector: ({ name }) => name });
}
const anyPod = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('Pod'),
  metadata: fc.record(
    {
      annotations: fc.record(
        {
          'llm-boundary.io/capture': fc.constantFrom('redirect', 'takeover'),
          'llm-boundary.io/model-ports': fc.constantFrom('none', '8000', '8001,8000'),
          other: word,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ),
  spec: fc.record(
    {
      containers: containers(1),
      initContainers: containers(0),
      volumes: fc.uniqueArray(fc.record({ name: word }), { selector: ({ name }) => name }),
    },
    { requiredKeys: ['containers'] },
  ),
});
const anyNamespace = fc.constantFrom('privileged', 'baseline', 'restricted').map((level) => ({
  metadata: {
    name: 'n',
    labels: { 'llm-boundary.io/inject': 'true', 'pod-security.kubernetes.io/enforce': level },
  },
}));

/** Another injector, between two passes of ours. */
function withForeignSidecar(pod: { spec?: { containers?: unknown[] } }): unknown {
  return {
    ...pod,
    spec: { ...pod.spec, containers: [...(pod.spec?.containers ?? []), { name: 'zz-mesh', image: 'mesh' }] },
  };
}

describe('laws over generated pods', () => {
  it('the patch makes the injected pod, and a second pass changes nothing', () => {
    let injections = 0;
    fc.assert(
      fc.property(anyPod, anyNamespace, (pod, namespace) => {
        const result = run(pod, namespace);
        if (result.kind !== 'injected') return;
        injections += 1;
        const injected = applyPatch(pod, jsonPatch(pod, result.pod));
        expect(injected).toEqual(JSON.parse(JSON.stringify(result.pod)));
        const again = run(injected, namespace);
        expect(again.kind === 'injected' ? jsonPatch(injected, again.pod) : again).toEqual([]);
      }),
      { numRuns: 400 },
    );
    expect(injections).toBeGreaterThan(20);
  });

  it('converges when a foreign sidecar comes between the passes', () => {
    fc.assert(
      fc.property(anyPod, anyNamespace, (pod, namespace) => {
        const first = run(pod, namespace);
        if (first.kind !== 'injected') return;
        const second = run(withForeignSidecar(first.pod), namespace);
        const direct = run(withForeignSidecar(pod), namespace);
        expect(second.kind).toBe(direct.kind);
        if (second.kind !== 'injected' || direct.kind !== 'injected') return;
        expect(jsonPatch(second.pod.spec.initContainers, direct.pod.spec.initContainers)).toEqual([]);
        expect(jsonPatch(second.pod.spec.containers, direct.pod.spec.containers)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('never loses a field that it does not know', () => {
    fc.assert(
      fc.property(anyPod, anyNamespace, fc.dictionary(word, fc.jsonValue()), (pod, namespace, extra) => {
        const result = run({ ...pod, spec: { ...pod.spec, future: extra } }, namespace);
        if (result.kind === 'injected') expect(result.pod.spec['future']).toEqual(extra);
      }),
    );
  });
});
