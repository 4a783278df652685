import { tryClassifier } from './classifier/classifier.ts';
import { tryCollector } from './collector.ts';
import { tryGoNote } from './go-note.ts';
import { tryKafka } from './kafka/kafka.ts';
import { tryLitellm } from './litellm.ts';
import { tryLlama } from './llama.ts';
import { tryMovedPorts } from './moved/moved-ports.ts';
import { tryMcpConformance } from './mcp/conformance.ts';
import { tryOidcProvider } from './oidc/oidc-provider.ts';
import { tryObjectStore } from './object-store.ts';
import { tryPythonAgents } from './python/agents.ts';
import { tryPrometheus } from './prometheus/prometheus.ts';
import { tryTraces } from './otlp/traces.ts';
import { tryPortkey } from './portkey.ts';
import { Steps } from './steps.ts';
import { tryVictoriaLogs } from './victoria-logs.ts';

/** Servers and clients of other projects, with the real sidecar between them. */
const COUNTERPARTS: ReadonlyMap<string, (steps: Steps) => Promise<void>> = new Map([
  ['collector', tryCollector],
  ['traces', tryTraces],
  ['prometheus', tryPrometheus],
  ['object-store', tryObjectStore],
  ['victoria-logs', tryVictoriaLogs],
  ['kafka', tryKafka],
  ['go-note', tryGoNote],
  ['mcp-conformance', tryMcpConformance],
  ['litellm', tryLitellm],
  ['portkey', tryPortkey],
  ['python-agents', tryPythonAgents],
  ['moved-ports', tryMovedPorts],
  ['oidc-provider', tryOidcProvider],
  ['classifier', tryClassifier],
  ['llama', tryLlama],
]);

const wanted = process.argv.length > 2 ? process.argv.slice(2) : [...COUNTERPARTS.keys()];
const unknown = wanted.filter((name) => !COUNTERPARTS.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `no counterpart is named ${unknown.join(', ')}; there are ${[...COUNTERPARTS.keys()].join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const steps = new Steps();
  for (const name of wanted) await COUNTERPARTS.get(name)?.(steps);
  process.stdout.write(`\n${steps.summary()}\n`);
  process.exitCode = steps.failed === 0 ? 0 : 1;
}
