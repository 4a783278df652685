import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { anonymousHit, anonymousRefusal, asksCallers, identified, withhold } from './context/callers.ts';
import type { HttpExchange } from './context/exchange-context.ts';
import { recordAndRefuse } from './context/refuse.ts';
import type { RefusalRenderer } from './inspect/inspector.ts';
import { isPreflight } from './route.ts';

/**
 * Verifies the caller of an exchange, where policy asks for that, and takes its credential from the request. False: it is anonymous, policy
 * requires a verified one, and the exchange is refused.
 */
export async function admitCaller(
  exchange: HttpExchange,
  policy: CompiledPolicy,
  refusals: RefusalRenderer,
): Promise<boolean> {
  const { boundary, request, method, target } = exchange;
  if (!asksCallers(policy, target.direction)) return true;
  exchange.trace?.judging();
  const startedMs = boundary.now();
  const { keySource } = boundary;
  const found = await identified(policy, target.direction, request.headers, {
    nowMs: Date.now(),
    keySource,
    address: exchange.caller,
  });
  exchange.identify(found.identity);
  withhold(request, found, policy);
  exchange.ownMs += boundary.now() - startedMs;
  // Browsers send no credentials with it (Fetch, CORS protocol); it is forwarded without a body.
  if (isPreflight(method, request.headers)) return true;
  const hit = anonymousHit(policy, { ...target, method }, found.identity);
  if (hit === null) return true;
  if (hit.mode === 'observe') {
    const noted = { verdict: 'allow', code: null, status: null, hits: [hit] } as const;
    await exchange.record(exchange, 'ingress', noted, { isEarly: true });
    return true;
  }
  const refusal = anonymousRefusal(exchange.refusal('caller_not_verified'), found.fault);
  await recordAndRefuse(exchange, refusals, 'ingress', refusal, { hits: [hit] });
  return false;
}
