import type { ToolOffer } from '../../exchange/index.ts';
import type { CompiledTool } from '../../policy/compile/compiled.ts';
import { compileSchema, SchemaFault, type CompiledSchema } from '../../policy/compile/schema/json-schema.ts';
import { isOpenSchema } from '../../policy/compile/schema/open-schema.ts';
import type { ActionContext } from './action-context.ts';

/** Each is compiled once, however many calls are judged. Null: it cannot be used. */
const COMPILED = new WeakMap<ToolOffer, CompiledSchema | null>();

/**
 * The schemas with which a request offers a tool, or its MCP server listed it, all of which its calls must fit. Null if one is missing or cannot be
 * used, or if the tool was neither offered nor listed: then no call is known to fit.
 */
export function offeredSchemas(
  context: Pick<ActionContext, 'exchange' | 'listed'>,
  tool: string,
): readonly CompiledSchema[] | null {
  const offers = offersOf(context, tool);
  const schemas = offers.map(compiled).filter((schema) => schema !== null);
  return schemas.length === offers.length && schemas.length > 0 ? schemas : null;
}

/**
 * The rule asks that arguments fit the schemas of the offers, and any fit them. A schema of the policy beside `offered` holds them, whatever it
 * says.
 */
export function holdsNothing(
  { fitsOffer, schemas }: Pick<CompiledTool, 'fitsOffer' | 'schemas'>,
  context: Pick<ActionContext, 'exchange' | 'listed'>,
  tool: string,
): boolean {
  if (!fitsOffer || schemas.length > 0) return false;
  const offers = offersOf(context, tool);
  return offers.length > 0 && offers.every(({ schema, builtin }) => !builtin && isOpenSchema(schema));
}

function offersOf(
  { exchange, listed }: Pick<ActionContext, 'exchange' | 'listed'>,
  tool: string,
): readonly ToolOffer[] {
  return listed?.(tool).offers ?? exchange.prompt.offers.filter(({ name }) => name === tool);
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
