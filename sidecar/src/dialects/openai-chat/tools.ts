import type { ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { labelOf, objectOf } from '../openai/tolerant.ts';

/** Members by which providers offer their own tools: search (OpenAI, xAI, Qwen, Groq), retrieval from data sources (Azure), code (Qwen). */
const BUILTINS: ReadonlyMap<string, string> = new Map([
  ['web_search_options', 'web_search'],
  ['search_parameters', 'web_search'],
  ['enable_search', 'web_search'],
  ['search_settings', 'web_search'],
  ['enable_code_interpreter', 'code_interpreter'],
  ['data_sources', 'data_sources'],
]);

/** All offers in the request: tools, legacy functions, and tools of the provider. @throws Malformed */
export function readOffers(root: Place): readonly ToolOffer[] {
  const offers = [...root.each('tools', readTool)];
  for (const definition of root.objects('functions'))
    offers.push(readDefinition(definition, definition.pointer));
  for (const [member, name] of BUILTINS) {
    if (root.has(member) && root.get(member) !== false) {
      offers.push({ pointer: root.at(member), name, builtin: true });
    }
  }
  // Plugins of OpenRouter, such as web and file-parser.
  for (const plugin of root.objects('plugins')) {
    offers.push({ pointer: plugin.pointer, name: `plugins.${plugin.requiredLabel('id')}`, builtin: true });
  }
  return offers;
}

/** Every name that servers may read: nested under the type, or flat. */
function readTool(tool: Place): readonly ToolOffer[] {
  const type = labelOf(tool, 'type') ?? namelessType(tool);
  const nested = ['function', 'custom'].map((key) => objectOf(tool, key)).filter((place) => place !== null);
  const isFlat = nested.length === 0 || typeof tool.get('name') === 'string';
  if (type === 'function' || type === 'custom')
    return [...nested, ...(isFlat ? [tool] : [])].map((place) => readDefinition(place, tool.pointer));
  // Anything else runs at the provider, under the name of its type.
  for (const key of Object.keys(tool.value))
    if (key !== 'type') tool.leaves(key, 'system', 'tool_definition');
  return [{ pointer: tool.pointer, name: type, builtin: true }];
}

/** LiteLLM accepts Gemini's tools, which have no type: their only member is their name. */
function namelessType(tool: Place): string {
  const [only, more] = Object.keys(tool.value);
  const isGemini = more === undefined && only !== undefined && /^[a-z][A-Za-z_]{0,39}$/.test(only);
  return isGemini && only !== 'function' && only !== 'custom' && only !== 'name' ? only : 'function';
}

function readDefinition(definition: Place, pointer: string): ToolOffer {
  const name = definition.requiredText('name', 'system', 'tool_definition');
  for (const key of Object.keys(definition.value)) {
    if (key !== 'name' && key !== 'type') definition.leaves(key, 'system', 'tool_definition');
  }
  return { pointer, name, builtin: false, schema: definition.get('parameters') ?? undefined };
}
