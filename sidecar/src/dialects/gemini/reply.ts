import type { Reply, ToolCall, Usage } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { originOf, readContent } from './content.ts';
import { field } from './fields.ts';

/** One of these is in every reply, whatever the method. */
const ANSWERS = [
  'candidates',
  'promptFeedback',
  'usageMetadata',
  'totalTokens',
  'embedding',
  'embeddings',
] as const;

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body);
  const { root } = reader;
  const calls: ToolCall[] = [];
  const finishReasons: string[] = [];
  const mirrors: string[] = [];
  requireAnswer(root);
  for (const candidate of root.objects('candidates')) {
    const content = readCandidate(candidate);
    if (content !== null) readContent(content, 'assistant', calls);
    const reason = readFinishReason(candidate);
    if (reason !== null) finishReasons.push(reason);
    const logprobs = field(candidate, 'logprobsResult');
    if (candidate.has(logprobs)) mirrors.push(candidate.at(logprobs));
  }
  const model = readTail(root);
  reader.sweep('assistant');
  return { model, segments: reader.segments, calls, usage: readUsage(root), finishReasons, mirrors };
}

/** @throws Malformed for anything that is no answer, an error with status 200 among them. */
export function requireAnswer(root: Place): void {
  if (!ANSWERS.some((name) => root.has(field(root, name)))) {
    throw root.malformed('candidates', 'an array is required');
  }
}

/** Reads what stands beside the content of a candidate, and returns the content; null where the provider withheld it. */
export function readCandidate(candidate: Place): Place | null {
  candidate.leaves(field(candidate, 'citationMetadata'), 'document', 'citation');
  candidate.leaves(field(candidate, 'groundingMetadata'), 'document', 'citation');
  candidate.leaves(field(candidate, 'urlContextMetadata'), 'document', 'citation');
  readRatings(candidate);
  const content = candidate.object('content');
  if (content !== null && originOf(content, 'assistant') !== 'assistant') {
    throw content.malformed('role', 'must be model');
  }
  return content;
}

export function readFinishReason(candidate: Place): string | null {
  return candidate.label(field(candidate, 'finishReason'));
}

/** Reads what a reply says about itself; returns the model. */
export function readTail(root: Place): string | null {
  const feedback = root.object(field(root, 'promptFeedback'));
  if (feedback !== null) {
    feedback.label(field(feedback, 'blockReason'));
    readRatings(feedback);
  }
  root.label(field(root, 'responseId'));
  return root.label(field(root, 'modelVersion'));
}

/** Tokens that the model thought or that its tools read cost like others. */
export function readUsage(root: Place): Usage {
  const usage = root.object(field(root, 'usageMetadata'));
  const total = root.count(field(root, 'totalTokens'));
  return {
    inputTokens: sumOf(usage, 'promptTokenCount', 'toolUsePromptTokenCount') ?? total,
    outputTokens: sumOf(usage, 'candidatesTokenCount', 'thoughtsTokenCount'),
  };
}

function sumOf(usage: Place | null, ...names: readonly string[]): number | null {
  const counts = names
    .map((name) => (usage === null ? null : usage.count(field(usage, name))))
    .filter((count) => count !== null);
  return counts.length === 0 ? null : counts.reduce((sum, count) => sum + count, 0);
}

function readRatings(place: Place): void {
  for (const rating of place.objects(field(place, 'safetyRatings'))) {
    for (const key of ['category', 'probability', 'severity']) rating.label(key);
  }
}
