import type { ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { camelOf, field } from './fields.ts';
import { jsonSchemaOf } from './schema.ts';

/** An element of `tools`: functions of the caller and, under any other key, a tool of the provider. */
export function readOffers(tool: Place): readonly ToolOffer[] {
  const declarations = field(tool, 'functionDeclarations');
  const offers: ToolOffer[] = tool.objects(declarations).map(readDeclaration);
  for (const key of Object.keys(tool.value)) {
    if (key === declarations || !tool.has(key)) continue;
    if (!/^[A-Za-z_]{1,40}$/.test(key)) throw new Malformed(tool.pointer, 'unknown kind of tool');
    const name = camelOf(key);
    field(tool, name);
    // Its calls are returned as functions, for the client to run.
    const builtin = name !== 'computerUse';
    offers.push({ pointer: tool.at(key), name, builtin });
  }
  return offers;
}

function readDeclaration(declaration: Place): ToolOffer {
  declaration.text('description', 'system', 'tool_definition');
  for (const name of ['parameters', 'parametersJsonSchema', 'response', 'responseJsonSchema']) {
    declaration.leaves(field(declaration, name), 'system', 'tool_definition');
  }
  return {
    pointer: declaration.pointer,
    name: declaration.requiredLabel('name'),
    builtin: false,
    schema:
      declaration.get(field(declaration, 'parametersJsonSchema')) ??
      jsonSchemaOf(declaration.get(field(declaration, 'parameters'))) ??
      undefined,
  };
}

/** `toolConfig`. @throws Malformed */
export function readChoice(config: Place | null): ToolChoice {
  const calling = config?.object(field(config, 'functionCallingConfig')) ?? null;
  if (calling === null) return { kind: 'auto' };
  const names = calling.texts(field(calling, 'allowedFunctionNames'), 'system', 'tool_definition');
  const mode = modeOf(calling);
  if (mode === 'NONE') return { kind: 'none' };
  if (names.length > 0) return { kind: 'forced', names, pointer: calling.pointer };
  return { kind: mode === 'ANY' ? 'required' : 'auto' };
}

/** Numbers of the enumeration. */
const MODES: readonly string[] = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'];

/** The API accepts the names in any case, and the numbers. An unknown mode forces nothing. */
function modeOf(calling: Place): string {
  const value = calling.get('mode');
  return typeof value === 'number' ? (MODES[value] ?? '') : (calling.label('mode') ?? '').toUpperCase();
}
