import { createSecureContext } from 'node:tls';

import { classifierOf } from '../../controls/index.ts';
import { policyOf } from '../../pipeline/test-kit.ts';
import type { CompiledClassifier } from '../../policy/compile/compiled.ts';
import type { ClassifierOptions } from '../remote-classifier.ts';
import { createLog } from '../../telemetry/log.ts';
import { createTelemetry, type Metrics } from '../../telemetry/metrics.ts';

/** The settings of a policy with this classifier. `written`: its keys, but for a URL and protocol that it leaves out. */
export function settingsOf(written: string): CompiledClassifier {
  const url = written.includes('url:') ? '' : 'url: https://tei.ml.svc/predict,';
  const protocol = written.includes('protocol:') ? '' : 'protocol: text-classification,';
  const policy = policyOf(`ingress: { injection: { classifier: { ${url} ${protocol} ${written} } } }`);
  const settings = classifierOf(policy);
  if (settings === null) throw new Error('the policy has no classifier');
  return settings;
}

/** What a classifier needs of the sidecar, with its metrics. */
export function optionsWith(
  change: Partial<ClassifierOptions> = {},
): ClassifierOptions & { readonly telemetry: Metrics } {
  return {
    secretsDir: null,
    trust: createSecureContext(),
    lookup: null,
    log: createLog('silent'),
    now: () => performance.now(),
    ...change,
    telemetry: createTelemetry({ process: false }),
  };
}
