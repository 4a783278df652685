import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { stringify } from 'yaml';

import { ROOT, type Cluster } from '../cluster/cluster.ts';
import { IMAGES, image } from '../cluster/images.ts';
import { expect } from '../cluster/steps.ts';
import type { Shape } from './shapes.ts';

/** The sidecar's image in the committed manifests. */
const RELEASED = 'registry.example/llm-boundary/sidecar:0.1.0';

/** Runs Kyverno's command line on the same good and bad pods. @returns how many it judged */
export async function kyvernoTest(cluster: Cluster, shapes: readonly Shape[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-kyverno-'));
  try {
    // The policy is rendered for the released image.
    const pods = shapes.map(({ pod }) =>
      stringify(labelled(pod)).replaceAll(image(IMAGES.sidecar), RELEASED),
    );
    writeFileSync(join(folder, 'pods.yaml'), pods.join('---\n'));
    const names = (result: string, refused: boolean): object => ({
      kind: 'Pod',
      policy: 'llm-boundary-pods',
      rule: 'exact-sidecar',
      result,
      resources: shapes.filter(({ refusal }) => (refusal !== null) === refused).map(({ name }) => name),
    });
    const test = {
      apiVersion: 'cli.kyverno.io/v1alpha1',
      kind: 'Test',
      metadata: { name: 'llm-boundary-pods' },
      policies: [`${ROOT}manifests/companions/kyverno.yaml`],
      resources: ['pods.yaml'],
      results: [names('pass', false), names('fail', true)],
    };
    writeFileSync(join(folder, 'kyverno-test.yaml'), stringify(test));
    const { status, stdout, stderr } = await cluster.inside(['kyverno', 'test', folder, '--remove-color']);
    expect(status === 0, `${stdout}${stderr}`.slice(-3000));
    const counted = /(\d+) tests? passed and 0 tests failed/.exec(stdout);
    expect(counted?.[1] === String(shapes.length), `not every pod was judged: ${stdout.slice(-1500)}`);
    return `${shapes.length} pods`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The command line has no namespaces; a pod that the policy does not match counts as passed, whatever is expected. */
function labelled(pod: Shape['pod']): object {
  const metadata = pod['metadata'] as { readonly labels?: object };
  const labels = { ...metadata.labels, 'llm-boundary.io/inject': 'true' };
  return { ...pod, metadata: { ...metadata, labels } };
}
