import type { Finding } from '../../detectors/index.ts';
import type { McpMessage, Segment } from '../../exchange/index.ts';
import type { CompiledClassifier, CompiledPolicy } from '../../policy/compile/compiled.ts';
import { joinedTexts } from '../joined-text.ts';
import { scatteredTexts } from './scattered.ts';

/** The rule of what the classifier found. */
const CLASSIFIER_RULE = 'injection.classifier';

/** The rule of texts that have no answer. */
export const UNCLASSIFIED_RULE = 'classifier.unreachable';

/** True if the policy has texts like this one classified: of an origin that it names. The workload's own text is none. */
export function isClassified(segment: Segment, classifier: CompiledClassifier): boolean {
  const { origin, pasted, text } = segment;
  const { origins } = classifier;
  return (origins.has(origin) || (pasted !== undefined && origins.has('document'))) && /\S/.test(text);
}

/** How a finding and a score are put together. */
export interface Thresholds {
  /** Score from which a finding counts. */
  readonly own: number;
  /** Score of the classifier that counts by itself. */
  readonly byItself: number;
}

/**
 * What both know of a text, as one finding. Each brings the part of its threshold that it reaches, as −ln of its doubt; parts add up, and
 * from 1 the text counts. A classifier that finds nothing takes nothing away. Null: neither knows anything.
 */
export function withScore(
  finding: Finding | null,
  score: number,
  { length }: { readonly length: number },
  { own, byItself }: Thresholds,
): Finding | null {
  const found = partOf(finding?.score ?? 0, own);
  const said = partOf(score, byItself);
  const together = found + said;
  if (said === 0 || (together < 1 && own === 1)) return finding;
  const doubt = together === Infinity ? 0 : (1 - own) ** together;
  return {
    rule: finding === null || said > found ? CLASSIFIER_RULE : finding.rule,
    // Rounding must not lose what is just enough.
    score: together >= 1 ? Math.max(own, 1 - doubt) : 1 - doubt,
    start: 0,
    end: length,
  };
}

function partOf(score: number, threshold: number): number {
  if (score <= 0) return 0;
  if (score >= 1 || threshold <= 0) return Infinity;
  return Math.log1p(-score) / Math.log1p(-threshold);
}

/** The classifier of a policy; null where none is asked. */
export function classifierOf({ ingress: { injection } }: CompiledPolicy): CompiledClassifier | null {
  return injection?.classifier ?? null;
}

/** False where what it finds is counted and changes nothing. */
export function isClassifierEnforced({ mode, ingress: { injection } }: CompiledPolicy): boolean {
  return mode === 'enforce' && injection?.mode === 'enforce';
}

/** The texts of a prompt that the classifier is asked about: all that `judgeIngress` looks up. */
export function textsToClassify(
  { segments }: { readonly segments: readonly Segment[] },
  policy: CompiledPolicy,
): readonly string[] {
  const joined = joinedTexts(segments).flatMap(({ first, text, lines }) => [
    { ...first, text },
    { ...first, text: lines },
  ]);
  const scattered = scatteredTexts(segments).map(({ parts, text }) => ({ ...parts[0], text }));
  return classifiedAmong([...segments, ...joined, ...scattered], policy);
}

/** The same for messages towards the workload of an MCP session. `before`: text of earlier messages of a stream. */
export function mcpTextsToClassify(
  messages: readonly McpMessage[],
  before: string,
  policy: CompiledPolicy,
): readonly string[] {
  const texts = messages.flatMap(({ segments, offers }) => [
    ...[{ segments }, ...offers].flatMap((each) => textsToClassify(each, policy)),
    ...classifiedAmong(
      readings(segments, before).map(({ whole }) => whole),
      policy,
    ),
  ]);
  return [...new Set(texts)];
}

function classifiedAmong(segments: readonly Segment[], policy: CompiledPolicy): readonly string[] {
  const classifier = classifierOf(policy);
  if (classifier === null) return [];
  return [...new Set(segments.filter((each) => isClassified(each, classifier)).map(({ text }) => text))];
}

/** Text of a message with that of the ones before it on the same stream: an instruction may be split between them. */
export interface Reading {
  readonly parts: readonly Segment[];
  readonly whole: Segment;
}

/** Both ways in which a client may join them; none where nothing came before. */
export function readings(segments: readonly Segment[], before: string): readonly Reading[] {
  const parts = segments.filter(({ channel }) => channel === 'tool_result' || channel === 'content');
  const [first] = parts;
  if (before === '' || first === undefined) return [];
  return ['', '\n'].map((glue) => {
    const text = [before, ...parts.map((part) => part.text)].join(glue);
    return { parts, whole: { ...first, text } };
  });
}
