import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments, stringify } from 'yaml';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PAGE = join(ROOT, 'docs/guide/recipes.md');
const MANIFESTS = join(ROOT, 'docs/guide/recipes');
const POLICIES = join(ROOT, 'sidecar/data/recipes');
const NAMES = readdirSync(POLICIES).map((file) => basename(file, '.yaml'));

interface Template {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly initContainers?: readonly { readonly name: string }[];
    readonly containers?: readonly object[];
    readonly template?: Template;
    readonly predictor?: Record<string, unknown>;
  };
}

function documentsIn(text: string): readonly Template[] {
  return parseAllDocuments(text).map((each) => each.toJS() as Template);
}

/** Pod templates of workloads, and pods. */
function templatesIn(documents: readonly Template[]): readonly Template[] {
  return documents.flatMap((document) =>
    document.spec?.template !== undefined
      ? [document.spec.template]
      : document.spec?.containers === undefined
        ? []
        : [document],
  );
}

/** The pod that KServe's controller makes of the InferenceService, after the catalogue of workloads. */
function podOfKserve(capture: Readonly<Record<string, string>>): string {
  const [service] = documentsIn(readFileSync(join(MANIFESTS, 'kserve.yaml'), 'utf8'));
  const made = readFileSync(join(ROOT, 'e2e/workloads/platforms/kserve-huggingface.yaml'), 'utf8');
  const pod = documentsIn(made).at(-1);
  const { labels, annotations } = service?.spec?.predictor as NonNullable<Template['metadata']>;
  const metadata = { name: 'llama3-predictor-0', labels, annotations: { ...annotations, ...capture } };
  return stringify({ ...pod, metadata });
}

/** All manifests, with the pod of KServe in place of its InferenceService. */
function manifests(capture: string): string {
  return NAMES.map((name) =>
    name === 'kserve'
      ? podOfKserve(capture === 'takeover' ? { 'llm-boundary.io/capture': capture } : {})
      : readFileSync(join(MANIFESTS, `${name}.yaml`), 'utf8'),
  ).join('\n---\n');
}

interface Injected {
  readonly status: number | null;
  readonly said: readonly string[];
  readonly templates: readonly Template[];
}

/** Injects a manifest in namespaces without the label of injection: what is injected has it itself. */
function inject(manifest: string, level: string): Injected {
  const folder = mkdtempSync(join(tmpdir(), 'recipes-'));
  try {
    const namespaces = ['default', 'tools'].map((each) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: each, labels: { 'pod-security.kubernetes.io/enforce': level } },
    }));
    const file = (title: string, text: string): string => {
      writeFileSync(join(folder, title), text);
      return join(folder, title);
    };
    const argv = [
      ...['inject', '-f', file('manifest.yaml', manifest)],
      ...['--namespace', file('namespaces.yaml', namespaces.map((each) => stringify(each)).join('---\n'))],
      ...NAMES.flatMap((name) => ['--policy', `${name}=${join(POLICIES, `${name}.yaml`)}`]),
    ];
    const main = join(ROOT, 'webhook/dist/main.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });
    return { status, said: stderr.trim().split('\n'), templates: templatesIn(documentsIn(stdout)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What is said of pods beside that they are injected. The image of KServe's initializer has a user of its own, which no manifest says. */
const SAID: Readonly<Record<string, readonly RegExp[]>> = {
  redirect: [/container storage-initializer has no runAsUser/],
  takeover: [
    /does not stop a container from dialling out/,
    /model-ports is "none"/,
    /(llama3|desk)\S*: llm-boundary: the server may listen on all addresses/,
  ],
};

describe('docs/guide/recipes.md', () => {
  it('shows each policy as the command writes it (UPDATE_GOLDEN=1 rewrites)', () => {
    const page = readFileSync(PAGE, 'utf8');
    const shown = NAMES.reduce((text, name) => {
      const place = new RegExp(`^(<!-- recipe: ${name} -->\n)(?:\n\`\`\`yaml\n[^]*?\n\`\`\`\n)?`, 'm');
      expect(text).toMatch(place);
      const policy = readFileSync(join(POLICIES, `${name}.yaml`), 'utf8');
      return text.replace(place, (_whole, mark: string) => `${mark}\n\`\`\`yaml\n${policy}\`\`\`\n`);
    }, page);
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(PAGE, shown);
    expect(page).toBe(shown);
  });

  it('has a manifest for each policy', () => {
    expect(readdirSync(MANIFESTS)).toEqual(NAMES.map((name) => `${name}.yaml`));
  });
});

describe.each([
  ['privileged', 'redirect'],
  ['baseline', 'takeover'],
])('the manifests in namespaces of level %s', (level, capture) => {
  const injected = inject(manifests(capture), level);

  it('are injected where pods have the label, and nowhere else', () => {
    expect(injected.status).toBe(0);
    const guarded = injected.templates.map(
      ({ spec }) => spec?.initContainers?.some(({ name }) => name === 'llm-boundary-sidecar') ?? false,
    );
    const labelled = injected.templates.map(
      ({ metadata }) => metadata?.labels?.['llm-boundary.io/inject'] === 'true',
    );
    expect(guarded).toEqual(labelled);
    expect(guarded.filter(Boolean)).toHaveLength(NAMES.length);
  });

  it.each(NAMES)('%s, by its policy', (name) => {
    const lines = injected.said.filter((line) => line.includes(`: policy ${name}, capture ${capture} (`));
    expect(lines).toHaveLength(1);
  });

  it('say no more than the page does', () => {
    const more = injected.said
      .filter((line) => !/: skipped \(|: policy \S+, capture /.test(line))
      .filter((line) => SAID[capture]?.some((each) => each.test(line)) !== true);
    expect(more).toEqual([]);
  });
});

it("KServe's controller knows the pods of an InferenceService, and inject says so", () => {
  const { status, said } = inject(readFileSync(join(MANIFESTS, 'kserve.yaml'), 'utf8'), 'privileged');
  expect([status, said]).toEqual([0, [expect.stringContaining('they are injected at creation')]]);
});
