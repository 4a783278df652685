import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ROOT } from './cluster.ts';
import { IMAGES, imageValues, SOURCE } from './images.ts';
import { NAMESPACES, type Fixture } from './fixture.ts';

const RELEASE = 'llm-boundary';
const CHART = `${ROOT}charts/llm-boundary`;

/** The policy of the run, as a team would write it for these workloads. */
export const POLICY = {
  version: 1,
  models: { allow: ['demo-agent', 'slow'] },
  limits: { requestBytes: '64KiB' },
  action: {
    default: 'deny',
    hosts: ['model:8000'],
    mcp: [{ server: 'tickets.e2e-clients:8080', paths: ['/mcp'], tools: ['list_tickets', 'get_ticket'] }],
    tools: [{ name: 'send_email', when: '!exchange.tainted', arguments: "args.to.endsWith('@example.com')" }],
  },
  // Standard output is there by default: the steps on the pods' logs rely on it.
  audit: { required: true },
} as const;

/** The ConfigMap of a policy, which may be text that is no policy. */
export function policyMap(policy: object | string, name = 'default', annotations: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...{ name, namespace: NAMESPACES.system, annotations },
      labels: { 'llm-boundary.io/policy': 'true' },
    },
    data: { 'policy.yaml': typeof policy === 'string' ? policy : JSON.stringify(policy) },
  };
}

/** Of sidecars, as the run injects them. */
export const SIDECAR_VALUES = {
  image: imageValues(IMAGES.sidecar),
  pullPolicy: SOURCE.pullPolicy,
  cpu: { request: '20m', limit: '1' },
  memory: { request: '96Mi', limit: '512Mi' },
} as const;

/** The release of the chart. Owns the file of its values. */
export class Release {
  readonly #fixture: Fixture;
  readonly #values: string;

  /** @param folder for the values */
  constructor(fixture: Fixture, folder: string) {
    this.#fixture = fixture;
    this.#values = join(folder, 'values.yaml');
  }

  /** Installs or upgrades, and waits until every replica is ready. */
  async deploy(policy: object = POLICY, more: object = {}): Promise<void> {
    const values = {
      image: { ...imageValues(IMAGES.webhook), pullPolicy: SOURCE.pullPolicy },
      sidecar: SIDECAR_VALUES,
      injection: { ipFamilies: 'dual' },
      resources: { requests: { cpu: '20m', memory: '96Mi' }, limits: { cpu: '1', memory: '512Mi' } },
      policies: { default: policy },
      ...more,
    };
    writeFileSync(this.#values, JSON.stringify(values));
    await this.#helm([
      'upgrade',
      '--install',
      RELEASE,
      CHART,
      '--create-namespace',
      '-f',
      this.#values,
      '--wait',
    ]);
  }

  /** The manifests that Helm has applied. */
  manifests(): Promise<string> {
    return this.#helm(['get', 'manifest', RELEASE], false);
  }

  async rollback(): Promise<void> {
    await this.#helm(['rollback', RELEASE, '--wait']);
  }

  async uninstall(): Promise<void> {
    await this.#helm(['uninstall', RELEASE, '--wait', '--ignore-not-found']);
  }

  async #helm(argv: readonly string[], waits = true): Promise<string> {
    const { status, stderr, stdout } = await this.#fixture.cluster.inside(
      ['helm', ...argv, '-n', NAMESPACES.system, ...(waits ? ['--timeout', '300s'] : [])],
      { timeoutMs: 330_000 },
    );
    if (status !== 0) throw new Error(`helm ${argv[0] ?? ''}: ${`${stderr}${stdout}`.slice(-1500).trim()}`);
    return stdout;
  }
}
