import { differences } from '../kinds/agreed.ts';
import { PolicyInvalid } from '../kinds/problem.ts';
import type { CompletePolicy } from '../layers/fill.ts';
import type { CompiledClassifier } from './compiled.ts';

type Written = NonNullable<CompletePolicy['ingress']['injection']['classifier']>;

const LABELS = ['INJECTION', 'JAILBREAK', 'MALICIOUS', 'UNSAFE', 'LABEL_1'];
const CLASSES = 'LABEL_0,LABEL_1';
const ORIGINS = ['user', 'assistant', 'tool', 'document'] as const;
const WINDOW_BYTES = 1_500;
const TIMEOUT_MS = 1_000;

/** Null where no layer names one. @throws PolicyInvalid where layers name different ones, or it may not be asked like this */
export function compileClassifier(written: Written | undefined): CompiledClassifier | null {
  if (written === undefined) return null;
  const [differing] = differences(written);
  if (differing !== undefined) throw invalid(differing, 'layers differ: a policy has one classifier');
  const { url, protocol, plaintext, threshold } = written;
  const { protocol: scheme, origin, hostname, pathname } = new URL(url);
  if (scheme === 'http:' && plaintext !== 'allow' && !isNear(hostname))
    throw invalid('url', 'texts would leave the cluster unencrypted: use https, or set plaintext: allow');
  return {
    ...{ origin, protocol, threshold, path: pathname },
    ...labelsOf(written),
    ...formOf(written),
    origins: new Set(written.origins ?? ORIGINS),
    windowBytes: written.windowBytes ?? WINDOW_BYTES,
    timeoutMs: written.timeout ?? TIMEOUT_MS,
    onError: written.onError ?? 'refuse',
  };
}

type Form = 'tokenFile' | 'caFile' | 'model' | 'isLogits' | 'input' | 'output';

function formOf(written: Written): Pick<CompiledClassifier, Form> {
  return {
    tokenFile: written.tokenFile ?? null,
    caFile: written.caFile ?? null,
    model: written.model ?? null,
    isLogits: written.scores === 'logits',
    input: written.input ?? 'text',
    output: written.output ?? null,
  };
}

/** @throws PolicyInvalid where no class could ever count */
function labelsOf({ protocol, labels, classes }: Written): Pick<CompiledClassifier, 'labels' | 'classes'> {
  const byName = protocol === 'openai-moderation' ? null : LABELS;
  const named = labels ?? byName;
  const wanted = named === null ? null : new Set(named.map(folded));
  const names = (classes ?? CLASSES).split(',').map(folded);
  const hasClasses = protocol === 'vllm-classify' || protocol === 'kserve-v2';
  if (hasClasses && !names.some((each) => wanted?.has(each) === true))
    throw invalid('labels', 'none of them is in classes, so that nothing would ever be found');
  return { labels: wanted, classes: names };
}

function folded(label: string): string {
  return label.trim().toLowerCase();
}

/** A loopback address, or the name of a service of a cluster. */
function isNear(host: string): boolean {
  return (
    /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/.test(host) ||
    // No public domain ends in these; `tei.ml` may be one.
    /^[a-z0-9-]+$/.test(host) ||
    /^[a-z0-9-]+\.[a-z0-9-]+\.svc(?:\.cluster\.local)?$/.test(host)
  );
}

function invalid(key: string, message: string): PolicyInvalid {
  const path = `ingress.injection.classifier.${key}`;
  return new PolicyInvalid([{ source: 'effective policy', line: null, column: null, path, message }]);
}
