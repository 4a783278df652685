import type { Reply, ToolCall, Usage } from '../../exchange/index.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { tokenTexts, type TokenTexts } from '../token-texts.ts';
import { readContent } from './content.ts';
import { field } from './fields.ts';

/** @throws Malformed */
export function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  const { root } = reader;
  const calls: ToolCall[] = [];
  const finishReasons: string[] = [];
  const mirrors: string[] = [];
  for (const candidate of root.parts('candidates', 'assistant', 'content')) {
    const content = readCandidate(candidate);
    if (content !== null) readContent(content, 'assistant', calls);
    const reason = readFinishReason(candidate);
    if (reason !== null) finishReasons.push(reason);
    const { running, alone } = takeTokens(candidate, mirrors);
    const pointer = candidate.at(field(candidate, 'logprobsResult'));
    for (const text of [...running, ...alone])
      if (text !== '')
        reader.segments.push({ pointer, text, origin: 'assistant', channel: 'content', mirror: true });
  }
  const model = readTail(root);
  reader.sweep('assistant');
  const { segments, media } = reader;
  const reply = { model, segments, calls, usage: readUsage(root), finishReasons, mirrors };
  return media.length === 0 ? reply : { ...reply, media };
}

/** Claims the texts of a candidate's tokens, removed if anything is redacted. */
export function takeTokens(candidate: Place, mirrors: string[]): TokenTexts {
  const key = field(candidate, 'logprobsResult');
  if (!candidate.has(key)) return tokenTexts(null);
  candidate.skip(key);
  mirrors.push(candidate.at(key));
  return tokenTexts(candidate.get(key));
}

/** Reads the members beside the content of a candidate, and returns the content; null if the provider withheld it. */
export function readCandidate(candidate: Place): Place | null {
  candidate.leaves(field(candidate, 'citationMetadata'), 'document', 'citation');
  candidate.leaves(field(candidate, 'groundingMetadata'), 'document', 'citation');
  candidate.leaves(field(candidate, 'urlContextMetadata'), 'document', 'citation');
  readRatings(candidate);
  // Text of the model, whatever its role.
  const content = candidate.object('content');
  content?.label('role');
  return content;
}

/** Null if the candidate continues. */
export function readFinishReason(candidate: Place): string | null {
  const reason = candidate.label(field(candidate, 'finishReason'));
  return reason === '' || reason === 'FINISH_REASON_UNSPECIFIED' ? null : reason;
}

/** Reads the metadata of a reply; returns the model. */
export function readTail(root: Place): string | null {
  const feedback = root.object(field(root, 'promptFeedback'));
  if (feedback !== null) {
    feedback.label(field(feedback, 'blockReason'));
    readRatings(feedback);
  }
  root.label(field(root, 'responseId'));
  return root.label(field(root, 'modelVersion'));
}

/** Thinking tokens and tool tokens are billed like others. */
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
