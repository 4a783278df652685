import { kindOfType, type Channel, type Origin } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** Origin of the texts, and the list for icons. */
export interface Voice {
  readonly origin: Origin;
  readonly channel: Channel;
  readonly icons: string[];
  /** Pointer of the array of parts with the text. */
  readonly run?: string;
}

/** A content block of a result, a prompt or a sampling message. @throws Malformed for types outside the specification. */
export function readContent(part: Place, voice: Voice): void {
  const type = part.requiredLabel('type');
  switch (type) {
    case 'text':
      part.requiredText('text', voice.origin, voice.channel, voice.run);
      return;
    case 'image':
    case 'audio':
      part.medium('data', type);
      return;
    case 'resource':
      readResource(part.requiredObject('resource'), voice);
      return;
    case 'resource_link':
      readIcons(part, voice);
      return;
    case 'tool_use':
      part.requiredLabel('name');
      part.leaves('input', voice.origin, 'tool_arguments');
      return;
    case 'tool_result':
      for (const inner of part.objects('content')) readContent(inner, { ...voice, run: part.at('content') });
      part.leaves('structuredContent', voice.origin, 'tool_result');
      return;
    default:
      throw part.malformed('type', 'unknown type of content');
  }
}

/** `TextResourceContents` or `BlobResourceContents`. */
export function readResource(resource: Place, voice: Voice): void {
  resource.text('text', voice.origin, voice.channel, voice.run);
  resource.medium('blob', kindOfType(resource.label('mimeType')));
}

/** `CallToolResult`, `CreateMessageResult` and `ElicitResult` all have `content`, each of its own kind. */
export function readAnswer(result: Place, voice: Voice): void {
  const content = result.get('content');
  const { origin, channel } = voice;
  const parts: Voice = { ...voice, run: result.at('content') };
  if (Array.isArray(content)) for (const part of result.objects('content')) readContent(part, parts);
  else if (result.has('action')) result.leaves('content', origin, channel);
  else if (content !== null) readContent(result.requiredObject('content'), voice);
  result.leaves('structuredContent', origin, channel);
}

/** A tool's definition, all of it text of its server. */
export function readTool(tool: Place, { origin, icons }: Voice): string {
  const name = tool.requiredLabel('name');
  tool.text('title', origin, 'tool_definition');
  tool.text('description', origin, 'tool_definition');
  for (const key of ['inputSchema', 'outputSchema', 'annotations'])
    tool.leaves(key, origin, 'tool_definition');
  readIcons(tool, { origin, channel: 'tool_definition', icons });
  return name;
}

/** Icons are pictures, or links to pictures: text detectors cannot judge them. */
export function readIcons(place: Place, { icons }: Voice): void {
  if (!place.has('icons')) return;
  icons.push(place.at('icons'));
  place.skip('icons');
}
