import type { ToolChoice } from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';

/** `tool_choice`; null where the request leaves it out. @throws Malformed */
export function readChoice(root: Place): ToolChoice | null {
  const value = root.get('tool_choice');
  if (value === null) return null;
  if (!isObject(value)) return readWord(root, 'tool_choice');
  const choice = root.requiredObject('tool_choice');
  const pointer = choice.pointer;
  const type = choice.requiredLabel('type');
  switch (type) {
    case 'function':
    case 'custom':
      return { kind: 'forced', names: [nameOf(choice.requiredObject(type))], pointer };
    case 'allowed_tools':
      return { kind: 'forced', names: readAllowed(choice), pointer };
    default:
      throw choice.malformed('type', 'unknown choice of tools');
  }
}

/** `function_call` of the request, before there were tools. @throws Malformed */
export function readLegacyChoice(root: Place): ToolChoice | null {
  const value = root.get('function_call');
  if (value === null) return null;
  if (!isObject(value)) return readWord(root, 'function_call');
  const choice = root.requiredObject('function_call');
  return { kind: 'forced', names: [nameOf(choice)], pointer: choice.pointer };
}

function readWord(root: Place, key: string): ToolChoice {
  const word = root.requiredLabel(key);
  switch (word) {
    case 'none':
    case 'auto':
    case 'required':
      return { kind: word };
    // Mistral's word for it.
    case 'any':
      return { kind: 'required' };
    default:
      throw root.malformed(key, 'must be none, auto, required or an object');
  }
}

/** OpenAI nests what is allowed; others write it flat. */
function readAllowed(choice: Place): readonly string[] {
  const allowed = choice.object('allowed_tools') ?? choice;
  return allowed.requiredObjects('tools').map((tool) => {
    const type = tool.label('type') ?? 'function';
    const named = tool.object(type);
    if (named !== null) return nameOf(named);
    return tool.text('name', 'system', 'tool_definition') ?? type;
  });
}

function nameOf(place: Place): string {
  return place.requiredText('name', 'system', 'tool_definition');
}
