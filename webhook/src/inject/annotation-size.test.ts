import { DEFAULT_CONFIG } from '../pod/config.ts';
import { parseNamespace, parsePod } from '../pod/pod.ts';
import { testPolicies } from './fixtures.ts';
import { inject } from './inject.ts';

/** Bytes of all annotations of an object, names included, that the API server admits. */
const LIMIT = 256 * 1024;

function probe(path: string): unknown {
  const httpHeaders = [{ name: 'Authorization', value: `Bearer ${'t'.repeat(64)}` }];
  return { httpGet: { path, port: 'http', httpHeaders }, periodSeconds: 5, failureThreshold: 30 };
}

function container(index: number): unknown {
  return {
    name: `container-with-a-long-name-${index}`,
    image: 'example/app:1',
    ports: [{ name: 'http', containerPort: index === 0 ? 8000 : 20000 + index }],
    startupProbe: probe('/health/startup'),
    livenessProbe: probe('/health/live'),
    readinessProbe: probe('/health/ready'),
    lifecycle: { preStop: { httpGet: { path: '/drain', port: 'http' } } },
  };
}

describe('annotations', () => {
  it.each(['redirect', 'takeover'])(
    'those of a pod with 150 probed containers stay within the limit: %s',
    (capture) => {
      const containers = Array.from({ length: 150 }, (_, index) => container(index));
      const annotations = { 'llm-boundary.io/capture': capture, 'llm-boundary.io/listen': 'env=HOST,PORT' };
      const env = [{ name: 'PORT', value: '8000' }];
      const pod = parsePod({
        metadata: { annotations },
        spec: { containers: [{ ...(containers[0] as object), env }, ...containers.slice(1)] },
      });
      const namespace = parseNamespace({
        metadata: { name: 'n', labels: { 'llm-boundary.io/inject': 'true' } },
      });
      if (!pod.ok || !namespace.ok) throw new Error('malformed');
      const result = inject({
        pod: pod.value,
        namespace: namespace.value,
        policies: testPolicies,
        config: DEFAULT_CONFIG,
      });
      if (result.kind !== 'injected') throw new Error(result.kind);
      const entries = Object.entries(result.pod.metadata?.annotations ?? {});
      const bytes = entries.reduce(
        (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
        0,
      );
      expect(bytes).toBeLessThan(LIMIT);
    },
  );
});
