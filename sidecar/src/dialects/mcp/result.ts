import type { McpKind } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { readContent, readIcons, readResource, readTool, type Voice } from './content.ts';
import { readSpoken } from './params.ts';

/** An element of a list, before its text is collected. */
export interface Listed {
  readonly kind: McpKind;
  readonly name: string;
  readonly element: Place;
}

/** Members of the results of `initialize` and of lists. */
const DESCRIPTIONS: ReadonlySet<string> = new Set([
  'protocolVersion',
  'capabilities',
  'serverInfo',
  'instructions',
  'tools',
  'prompts',
  'resources',
  'resourceTemplates',
  'nextCursor',
]);

/** True for a result with no other members: one of them beside content, or `_meta`, may be read as an answer. */
export function describesServer(result: Place): boolean {
  return Object.keys(result.value).every((key) => DESCRIPTIONS.has(key));
}

/**
 * A result, read by its members and not by its request: clients look for the same members, and the request of a result is not always
 * visible (2024-11-05 answers on another connection). @throws Malformed
 */
export function readResult(result: Place, voice: Voice): readonly Listed[] {
  const said: Voice = { ...voice, channel: 'tool_result' };
  readAnswer(result, said);
  // Like a tool's description: the server about itself.
  result.text('instructions', voice.origin, 'tool_definition');
  const info = result.object('serverInfo');
  if (info !== null) readIcons(info, voice);
  for (const resource of result.objects('contents'))
    readResource(resource, { ...said, run: result.at('contents') });
  for (const message of result.objects('messages')) readSpoken(message, { ...voice, channel: 'content' });
  const tools = result.objects('tools').map((tool) => listed('tool', tool, readTool(tool, voice)));
  return [
    ...tools,
    ...elements(result, 'prompts', 'prompt', 'name', voice),
    ...elements(result, 'resources', 'resource', 'uri', voice),
    ...elements(result, 'resourceTemplates', 'resource', 'uriTemplate', voice),
  ];
}

/** `CallToolResult`, `CreateMessageResult` and `ElicitResult` all have `content`, each of its own kind. */
function readAnswer(result: Place, voice: Voice): void {
  const content = result.get('content');
  const { origin, channel } = voice;
  const parts: Voice = { ...voice, run: result.at('content') };
  if (Array.isArray(content)) for (const part of result.objects('content')) readContent(part, parts);
  else if (result.has('action')) result.leaves('content', origin, channel);
  else if (content !== null) readContent(result.requiredObject('content'), voice);
  result.leaves('structuredContent', origin, channel);
}

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
