import type { Origin, Prompt, ToolCall, ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { RouteMatch } from '../dialect.ts';
import { BodyReader, type JsonObject, type Place } from '../json/index.ts';
import { ToolResults } from '../tool-results.ts';
import { originOf, readContent } from './content.ts';
import { field } from './fields.ts';
import { readWanted } from '../openai/limits.ts';
import { methodOf } from './route.ts';
import { readChoice, readOffers } from './tools.ts';

/** Filled while a body is read. */
interface Draft {
  readonly calls: ToolCall[];
  readonly offers: ToolOffer[];
  readonly results: ToolResults;
  choice: ToolChoice;
  maxOutputTokens: number | null;
  choices: number;
}

/** @throws Malformed */
export function readRequest(body: JsonObject, match: RouteMatch): Prompt {
  const reader = new BodyReader(body);
  const draft: Draft = {
    calls: [],
    offers: [],
    results: new ToolResults(),
    choice: { kind: 'auto' },
    maxOutputTokens: null,
    choices: 1,
  };
  const method = methodOf(match);
  const isEmbedding = method === 'embedContent' || method === 'batchEmbedContents';
  if (isEmbedding) readEmbeddings(reader.root, match.model, draft);
  else readGeneration(reader.root, match.model, draft, method === 'countTokens');
  // Multi-API proxies accept their own members here too.
  const wanted = readWanted(reader.root);
  reader.sweep('user');
  return {
    operation: isEmbedding ? 'embeddings' : 'generate_content',
    model: match.model,
    stream: match.stream ?? false,
    alternatives: wanted.alternatives,
    maxOutputTokens: largest(draft.maxOutputTokens, wanted.maxOutputTokens),
    choices: Math.max(draft.choices, wanted.choices),
    segments: reader.segments,
    offers: draft.offers,
    choice: draft.choice,
    calls: draft.calls,
    media: reader.media,
    ...draft.results.asMember(),
  };
}

/** Null if neither is set. */
function largest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}

function readGeneration(root: Place, model: string | null, draft: Draft, isCount: boolean): void {
  const nested = isCount ? root.object(field(root, 'generateContentRequest')) : null;
  if (nested !== null) {
    if (root.has('contents')) throw root.malformed('contents', 'given twice, in generateContentRequest too');
    readGeneration(nested, model, draft, false);
    return;
  }
  requireModel(root, model);
  if (!root.has('contents')) throw root.malformed('contents', 'an array is required');
  for (const content of contentsOf(root, 'contents', 'user'))
    readContent(content, originOf(content, 'user'), draft.calls, draft.results);
  for (const system of contentsOf(root, field(root, 'systemInstruction'), 'system')) {
    system.label('role');
    readContent(system, 'system', draft.calls);
  }
  for (const tool of root.parts('tools', 'system', 'tool_definition')) draft.offers.push(...readOffers(tool));
  draft.choice = readChoice(root.object(field(root, 'toolConfig')));
  // Earlier turns stored by the provider, which the model will see.
  root.medium(field(root, 'cachedContent'), 'opaque');
  readConfig(root.object(field(root, 'generationConfig')), draft);
}

/** The API also accepts one content in place of a list; other servers accept its text. */
function contentsOf(root: Place, key: string, origin: Origin): readonly Place[] {
  if (typeof root.get(key) !== 'string') return root.parts(key, origin, 'content');
  root.text(key, origin, 'content');
  return [];
}

function readConfig(config: Place | null, draft: Draft): void {
  if (config === null) return;
  const cap = numberOf(config, field(config, 'maxOutputTokens'));
  draft.maxOutputTokens = cap !== null && cap < 0 ? Infinity : cap;
  draft.choices = Math.max(1, numberOf(config, field(config, 'candidateCount')) ?? 1);
  for (const name of ['responseSchema', 'responseJsonSchema']) {
    config.leaves(field(config, name), 'system', 'tool_definition');
  }
}

function readEmbeddings(root: Place, model: string | null, draft: Draft): void {
  const requests = root.objects('requests');
  for (const request of requests.length > 0 ? requests : [root]) {
    requireModel(request, model);
    request.text('title', 'document', 'content');
    const content = request.requiredObject('content');
    readContent(content, originOf(content, 'user'), draft.calls);
  }
}

/** The path names the model; another one in the body would bypass the allowlist of models. */
function requireModel(root: Place, model: string | null): void {
  const named = root.label('model');
  if (named === null || named === model || `/${named}`.endsWith(`/models/${model ?? ''}`)) return;
  throw root.malformed('model', 'differs from the model in the path');
}

/** A number, or its digits in a string, as ProtoJSON allows. */
function numberOf(config: Place, key: string): number | null {
  const value = config.get(key);
  if (value === null) return null;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) throw config.malformed(key, 'must be a number');
  return Math.ceil(number);
}
