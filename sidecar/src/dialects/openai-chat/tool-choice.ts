import type { ToolChoice } from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';
import { labelOf, objectOf, partsOf } from '../openai/tolerant.ts';

/** Keywords in place of a tool's name. `any` is Mistral's term for required. */
const WORDS: ReadonlyMap<string, 'none' | 'auto' | 'required'> = new Map([
  ['none', 'none'],
  ['auto', 'auto'],
  ['required', 'required'],
  ['any', 'required'],
]);

/** `tool_choice`; null if absent. @throws Malformed */
export function readChoice(root: Place): ToolChoice | null {
  return readMember(root, 'tool_choice');
}

/** The legacy `function_call` of the request. @throws Malformed */
export function readLegacyChoice(root: Place): ToolChoice | null {
  return readMember(root, 'function_call');
}

function readMember(root: Place, key: string): ToolChoice | null {
  const value = root.get(key);
  if (value === null) return null;
  if (!isObject(value)) return readWord(root, key);
  const choice = root.requiredObject(key);
  const type = labelOf(choice, 'type') ?? 'function';
  const word = WORDS.get(type);
  if (word !== undefined) return { kind: word };
  const { pointer } = choice;
  if (type === 'allowed_tools') return { kind: 'forced', names: readAllowed(choice), pointer };
  return { kind: 'forced', names: namesOf(choice, type), pointer };
}

/** A keyword, or the name of the tool (TGI). */
function readWord(root: Place, key: string): ToolChoice {
  const word = root.requiredLabel(key);
  const kind = WORDS.get(word);
  return kind === undefined ? { kind: 'forced', names: [word], pointer: root.at(key) } : { kind };
}

/** OpenAI nests the allowed tools; others write them flat. */
function readAllowed(choice: Place): readonly string[] {
  const allowed = objectOf(choice, 'allowed_tools') ?? choice;
  return partsOf(allowed, 'tools', 'system', 'tool_definition').flatMap((tool) =>
    namesOf(tool, labelOf(tool, 'type') ?? 'function'),
  );
}

/** Every name that servers may read: nested under the type, or flat. A tool of the provider is named by its type. */
function namesOf(choice: Place, type: string): readonly string[] {
  const places = [objectOf(choice, type), objectOf(choice, 'function'), objectOf(choice, 'custom'), choice];
  const names = places
    .map((place) => place?.text('name', 'system', 'tool_definition') ?? null)
    .filter((name) => name !== null);
  return names.length === 0 ? [type] : [...new Set(names)];
}
