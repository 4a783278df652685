import type { ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** Everything that the request offers to the model: tools, functions of old, and search at the provider. @throws Malformed */
export function readOffers(root: Place): readonly ToolOffer[] {
  const offers = root.objects('tools').map((tool) => readTool(tool));
  for (const definition of root.objects('functions'))
    offers.push(readDefinition(definition, definition.pointer));
  if (root.has('web_search_options')) {
    offers.push({ pointer: root.at('web_search_options'), name: 'web_search', builtin: true });
  }
  return offers;
}

function readTool(tool: Place): ToolOffer {
  const type = tool.label('type') ?? 'function';
  if (type === 'function' || type === 'custom')
    return readDefinition(tool.requiredObject(type), tool.pointer);
  // Anything else runs at the provider, under the name of its type.
  for (const key of Object.keys(tool.value))
    if (key !== 'type') tool.leaves(key, 'system', 'tool_definition');
  return { pointer: tool.pointer, name: type, builtin: true };
}

function readDefinition(definition: Place, pointer: string): ToolOffer {
  const name = definition.requiredText('name', 'system', 'tool_definition');
  for (const key of Object.keys(definition.value)) {
    if (key !== 'name') definition.leaves(key, 'system', 'tool_definition');
  }
  return { pointer, name, builtin: false };
}
