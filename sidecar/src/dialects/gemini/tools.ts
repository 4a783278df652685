import type { ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import { camelOf, field } from './fields.ts';

/** An element of `tools`: functions of the caller and, under any other key, a tool of the provider. */
export function readOffers(tool: Place): readonly ToolOffer[] {
  const declarations = field(tool, 'functionDeclarations');
  const offers: ToolOffer[] = tool.objects(declarations).map(readDeclaration);
  for (const key of Object.keys(tool.value)) {
    if (key === declarations || !tool.has(key)) continue;
    if (!/^[A-Za-z_]{1,40}$/.test(key)) throw new Malformed(tool.pointer, 'unknown kind of tool');
    const name = camelOf(key);
    field(tool, name);
    // Its calls come back as functions, for the client to run.
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
  return { pointer: declaration.pointer, name: declaration.requiredLabel('name'), builtin: false };
}

/** `toolConfig`. @throws Malformed */
export function readChoice(config: Place | null): ToolChoice {
  const calling = config?.object(field(config, 'functionCallingConfig')) ?? null;
  if (calling === null) return { kind: 'auto' };
  const pieces = field(calling, 'streamFunctionCallArguments');
  if (calling.boolean(pieces) === true) {
    throw calling.malformed(pieces, 'must be false: arguments in pieces cannot be inspected');
  }
  const names = calling.texts(field(calling, 'allowedFunctionNames'), 'system', 'tool_definition');
  const mode = calling.label('mode') ?? 'AUTO';
  switch (mode) {
    case 'NONE':
      return { kind: 'none' };
    case 'MODE_UNSPECIFIED':
    case 'AUTO':
    case 'ANY':
    case 'VALIDATED':
      if (names.length > 0) return { kind: 'forced', names, pointer: calling.pointer };
      return { kind: mode === 'ANY' ? 'required' : 'auto' };
    default:
      throw calling.malformed('mode', 'unknown mode');
  }
}
