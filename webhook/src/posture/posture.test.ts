import { PolicyCatalogue } from '../policies/index.ts';
import { assess, type Finding } from './assess.ts';
import { llmSigns } from './llm-signs.ts';
import { postureTable } from './table.ts';

function container(more: Record<string, unknown>): { spec: { containers: { name: string }[] } } {
  return {
    spec: { containers: [{ name: 'c', ...more }] },
  };
}

function tableOf(findings: readonly Finding[]): string {
  const conditions = { source: 'none', verdict: 'unknown', problem: 'not asked' } as const;
  return postureTable(findings.map((finding) => ({ ...finding, conditions })));
}

describe('llmSigns', () => {
  it.each([
    ['a web server', { image: 'nginx:1', ports: [{ containerPort: 80 }] }],
    ['a name that only contains one', { image: 'example/mollama-frontend:1' }],
    ['an unrelated key', { env: [{ name: 'STRIPE_API_KEY' }] }],
  ])('%s: none', (_name, more) => {
    expect(llmSigns(container(more))).toEqual([]);
  });

  it.each([
    ['image', { image: 'vllm/vllm-openai:v1' }],
    ['image', { image: 'registry.example/ollama/ollama@sha256:00' }],
    ['image', { image: 'ghcr.io/berriai/litellm:main' }],
    ['command', { command: ['sh', '-c', 'exec vllm serve m'] }],
    ['environment', { env: [{ name: 'OPENAI_API_KEY' }] }],
    ['port', { ports: [{ containerPort: 11434 }] }],
  ])('%s: %j', (sign, more) => {
    expect(llmSigns(container(more))).toEqual([sign]);
  });
});

describe('assess', () => {
  const catalogue = new PolicyCatalogue('llm-boundary');
  catalogue.set({
    metadata: { name: 'weak', namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } },
    data: {
      'policy.yaml':
        'version: 1\nmode: enforce\negress: { mode: observe }\naction: { default: allow }\naudit: { required: false }\n',
    },
  });
  catalogue.set({
    metadata: { name: 'keeping', namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } },
    data: {
      'policy.yaml':
        'version: 1\naudit: { content: sealed, sealed: { recipients: [age1tdmza03hfa2v53k5a7spt48heuuyl62k72lvtx0gaju0gah7ad7smzcgpd] } }\n',
    },
  });
  const deps = {
    namespace: (name: string) => ({
      metadata: { name, labels: name === 'chat' ? { 'llm-boundary.io/inject': 'true' } : {} },
    }),
    effective: catalogue.effective.bind(catalogue),
    systemNamespaces: ['kube-system'],
  };
  const pod = (namespace: string, policy: string | null, image = 'nginx') => ({
    metadata: { name: 'p', namespace },
    spec: {
      containers: [{ name: 'c', image }],
      ...(policy === null
        ? {}
        : {
            initContainers: [
              { name: 'llm-boundary-sidecar', image: 'registry.example/llm-boundary/sidecar:0.2.0' },
            ],
            volumes: [{ name: 'llm-boundary-policy', configMap: { name: `llm-boundary-policy-${policy}` } }],
          }),
    },
  });

  it('a labelled pod without a sidecar lacks all four controls, and is marked as missing one', () => {
    expect(assess(pod('chat', null), 'Running', deps)).toMatchObject({
      missing: true,
      gaps: ['ingress', 'egress', 'action', 'audit'],
    });
    expect(assess(pod('other', null, 'ollama/ollama'), 'Running', deps)).toMatchObject({ missing: false });
  });

  it('a sidecar has the gaps of its policy', () => {
    expect(assess(pod('chat', 'weak'), 'Running', deps)?.gaps).toEqual(['egress', 'action', 'audit']);
    expect(assess(pod('chat', 'default'), 'Running', deps)?.gaps).toEqual([]);
  });

  it('shows the running sidecar, and a missing policy', () => {
    const gone = assess(pod('chat', 'gone'), 'Running', deps);
    expect(gone).toMatchObject({ policy: 'gone', policyProblem: 'missing' });
    expect(tableOf(gone === null ? [] : [gone])).toMatch(/gone \(missing\) +sidecar:0\.2\.0/);
    expect(assess(pod('chat', 'weak'), 'Running', deps)?.policyProblem).toBeNull();
  });

  it('shows what takeover leaves open, as the status says it', () => {
    const taken = pod('chat', 'default');
    const status = {
      version: '0.2.0',
      policy: 'default',
      policyHash: '00',
      mode: null,
      capture: 'takeover',
      reason: 'r',
      modelContainer: 'c',
      ports: [8000],
      adapter: 'nim',
    };
    const findings = [status, { ...status, open: ['outbound', '15440'] }].flatMap((each) => {
      const annotations = { 'llm-boundary.io/status': JSON.stringify(each) };
      return assess({ ...taken, metadata: { ...taken.metadata, annotations } }, 'Running', deps) ?? [];
    });
    expect(findings.map(({ open }) => open)).toEqual([[], ['outbound', '15440']]);
    expect(tableOf(findings)).toMatch(/ takeover +outbound,15440 +default /);
  });

  it('shows that bodies are kept', () => {
    const kept = ['weak', 'keeping'].map((policy) => assess(pod('chat', policy), 'Running', deps));
    expect(kept.map((finding) => finding?.keepsBodies)).toEqual([false, true]);
    expect(tableOf(kept.filter((finding) => finding !== null))).toMatch(
      / {2}BODIES [^]* keeping .* sealed {2}-$/m,
    );
  });

  it('omits ended pods, the system, and other workloads than LLMs', () => {
    expect(assess(pod('chat', null), 'Succeeded', deps)).toBeNull();
    expect(assess(pod('kube-system', null, 'ollama/ollama'), 'Running', deps)).toBeNull();
    expect(assess(pod('other', null), 'Running', deps)).toBeNull();
  });

  it('the table puts the worst first', () => {
    const findings = [pod('chat', 'default'), pod('chat', null)].flatMap(
      (each) => assess(each, 'Running', deps) ?? [],
    );
    const lines = tableOf(findings).split('\n');
    expect(lines[1]).toContain('MISSING');
    expect(lines).toContain('2 LLM workloads, 1 with a gap.');
  });
});
