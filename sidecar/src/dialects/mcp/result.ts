import type { McpKind, McpNeed } from '../../exchange/index.ts';
import { isObject, type JsonValue, type Place } from '../json/index.ts';
import { readAnswer, readIcons, readResource, readTool, type Voice } from './content.ts';
import { describesServerOnly, readResultMeta } from './meta.ts';
import { FEATURE_OF } from './methods.ts';
import { readParams, readSpoken } from './params.ts';

/** An element of a list, before its text is collected. */
export interface Listed {
  readonly kind: McpKind;
  readonly name: string;
  readonly element: Place;
}

/** Members of the results of `initialize`, `server/discover` and of lists. */
const DESCRIPTIONS: ReadonlySet<string> = new Set([
  'protocolVersion',
  'supportedVersions',
  'capabilities',
  'serverInfo',
  'instructions',
  'tools',
  'prompts',
  'resources',
  'resourceTemplates',
  'nextCursor',
  'resultType',
  'ttlMs',
  'cacheScope',
]);

/** True for a result with no other members: one of them beside content, or in `_meta`, may be read as an answer. */
export function describesServer(result: Place): boolean {
  return Object.entries(result.value).every(
    ([key, value]) => DESCRIPTIONS.has(key) || (key === '_meta' && describesServerOnly(value)),
  );
}

/**
 * A result, read by its members and not by its request: clients look for the same members, and the request of a result is not always
 * visible (2024-11-05 answers on another connection). @throws Malformed
 */
export function readResult(result: Place, voice: Voice): readonly Listed[] {
  readSaid(result, voice);
  readResultMeta(result, voice);
  // Like a tool's description: the server about itself.
  result.text('instructions', voice.origin, 'tool_definition');
  const info = result.object('serverInfo');
  if (info !== null) readIcons(info, voice);
  const tools = result.objects('tools').map((tool) => listed('tool', tool, readTool(tool, voice)));
  return [
    ...tools,
    ...elements(result, 'prompts', 'prompt', 'name', voice),
    ...elements(result, 'resources', 'resource', 'uri', voice),
    ...elements(result, 'resourceTemplates', 'resource', 'uriTemplate', voice),
  ];
}

/** Content of a tool, a resource, a prompt, or of the client's answers. */
function readSaid(result: Place, voice: Voice): void {
  const said: Voice = { ...voice, channel: 'tool_result' };
  readAnswer(result, said);
  for (const resource of result.objects('contents'))
    readResource(resource, { ...said, run: result.at('contents') });
  for (const message of result.objects('messages')) readSpoken(message, { ...voice, channel: 'content' });
}

/**
 * What a result or a task asks of the client (2026-07-28, "Multi Round-Trip Requests"), and the result and error that a task has inline
 * (SEP-2663), which may ask too. @throws Malformed
 */
export function readProgress(place: Place, voice: Voice): readonly McpNeed[] {
  const asks: McpNeed[] = [];
  for (const key of ['result', 'task']) {
    if (!isObject(place.value[key] ?? null)) continue;
    const inner = place.requiredObject(key);
    if (key === 'result') readSaid(inner, voice);
    asks.push(...readProgress(inner, voice));
  }
  if (isObject(place.value['error'] ?? null)) asks.push(...readError(place, voice));
  const requests = place.object('inputRequests');
  for (const key of Object.keys(requests?.value ?? {})) {
    const request = requests?.requiredObject(key);
    if (request === undefined) continue;
    const method = request.requiredLabel('method');
    const feature = FEATURE_OF[method];
    if (feature === undefined) throw request.malformed('method', 'must be a request to the client');
    readParams(method, request, voice);
    asks.push({ feature, pointer: request.pointer });
  }
  return asks;
}

/** `URLElicitationRequiredError` (2025-11-25): clients show the links in `data.elicitations`, and repeat their request. */
const URL_ELICITATION_REQUIRED = -32042;

/** What the error of a message asks of the client; `pointer` is that of the error. */
export function errorAsks(message: JsonValue, pointer: string): readonly McpNeed[] {
  const error = isObject(message) ? (message['error'] ?? null) : null;
  return isObject(error) && error['code'] === URL_ELICITATION_REQUIRED
    ? [{ feature: 'elicitation', pointer }]
    : [];
}

/** An error, and what it asks of the client. Its other members are swept up as metadata. @throws Malformed */
export function readError(place: Place, { origin }: Voice): readonly McpNeed[] {
  place.requiredObject('error').text('message', origin, 'content');
  return errorAsks(place.value, place.at('error'));
}

/** Revisions that the server supports, as it says in answer to `server/discover`. */
export function revisionsIn(result: Place): readonly string[] {
  const named = result.get('supportedVersions');
  return Array.isArray(named) ? named.filter((each) => typeof each === 'string') : [];
}

/** The kind of a result, which clients go by. @throws Malformed for a kind that clients must not accept */
export function checkResultType(result: Place): void {
  const type = result.label('resultType');
  if (type !== null && !RESULT_TYPES.has(type))
    throw result.malformed('resultType', 'unknown type of result');
}

/** 2026-07-28, "ResultType"; `task`: SEP-2663. */
const RESULT_TYPES: ReadonlySet<string> = new Set(['complete', 'input_required', 'task']);

function elements(
  result: Place,
  key: string,
  kind: McpKind,
  ...[name, voice]: [string, Voice]
): readonly Listed[] {
  return result.objects(key).map((element) => {
    readIcons(element, voice);
    const named =
      kind === 'prompt' ? element.requiredLabel(name) : element.requiredText(name, voice.origin, 'metadata');
    element.text('title', voice.origin, 'tool_definition');
    element.text('description', voice.origin, 'tool_definition');
    return listed(kind, element, named);
  });
}

function listed(kind: McpKind, element: Place, name: string): Listed {
  return { kind, name, element };
}
