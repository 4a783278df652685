import type { ToolOffer } from '../../exchange/index.ts';
import { compileSchema, SchemaFault, type CompiledSchema } from '../../policy/compile/schema/json-schema.ts';
import type { ActionContext } from './action-context.ts';

/** Each is compiled once, however many calls are judged. Null: it cannot be used. */
const COMPILED = new WeakMap<ToolOffer, CompiledSchema | null>();

/**
 * The schemas with which a request offers a tool, or its MCP server listed it, all of which its calls must fit. Null if one is missing or cannot be
 * used, or if the tool was neither offered nor listed: then no call is known to fit.
 */
export function offeredSchemas(
  { exchange, listed }: Pick<ActionContext, 'exchange' | 'listed'>,
  tool: string,
): readonly CompiledSchema[] | null {
  const offers = listed?.(tool).offers ?? exchange.prompt.offers.filter(({ name }) => name === tool);
  const schemas = offers.map(compiled).filter((schema) => schema !== null);
  return schemas.length === offers.length && schemas.length > 0 ? schemas : null;
}

function compiled(offer: ToolOffer): CompiledSchema | null {
  let schema = COMPILED.get(offer);
  if (schema === undefined) COMPILED.set(offer, (schema = compile(offer)));
  return schema;
}

function compile({ schema, builtin }: ToolOffer): CompiledSchema | null {
  if (schema === undefined || builtin) return null;
  try {
    return compileSchema(schema, 'offered');
  } catch (error) {
    if (error instanceof SchemaFault) return null;
    throw error;
  }
}
