import { Cluster } from '../cluster/cluster.ts';
import { Steps, Stopped } from '../cluster/steps.ts';
import { installed } from './installed.ts';
import { offline } from './offline.ts';
import { manifests, write } from './render.ts';

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The pinned tools of the suite; built if they are not in the cache. */
const TOOLS = [
  'helm',
  'kubeconform',
  'promtool',
  'kyverno',
  'cilium-check',
  'istio-inject',
  'dapr-inject',
  'gitops-diff',
  'cert-manager',
];

/** `--write` renders manifests/ and exits. `--offline` skips the installation. */
async function main(argv: readonly string[]): Promise<void> {
  const cluster = await Cluster.up();
  await cluster.script(['build', ...TOOLS], { timeoutMs: 60 * 60_000 });
  const steps = new Steps(print, () => Promise.resolve('kubectl get events -A'));
  try {
    if (argv.includes('--write')) {
      write(await manifests(cluster));
      return;
    }
    await offline(cluster, steps);
    if (!argv.includes('--offline')) await installed(cluster, steps);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    print(`  stopped: ${error.message}`);
  } finally {
    await cluster.down();
  }
  print(`\n${steps.passed} passed, ${steps.failed} failed`);
  process.exitCode = steps.failed === 0 ? 0 : 1;
}

await main(process.argv.slice(2));
