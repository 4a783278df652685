import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { InspectionContext, RequestHead } from '../inspect/inspector.ts';
import type { HttpExchange } from './exchange-context.ts';

/** The request head in the form of the inspectors. */
export function headOf({ method, request }: HttpExchange): RequestHead {
  return {
    method,
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

/** The context that the exchange is judged in. */
export function contextOf(
  { id, target, caller, boundary }: HttpExchange,
  policy: CompiledPolicy,
): InspectionContext {
  const { direction, host } = target;
  return {
    exchange: { id, direction, host, caller: { address: caller, groups: [] } },
    origin: target.origin,
    policy,
    memory: boundary.mcp,
    references: boundary.references,
    now: boundary.now,
  };
}
