import type { IncomingHttpHeaders } from 'node:http';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { InspectionContext, RequestHead } from '../inspect/inspector.ts';
import type { HttpExchange } from './exchange-context.ts';

/** What a policy is judged with beside the exchange itself. */
export type Memories = Pick<InspectionContext, 'memory' | 'references' | 'conversations' | 'now'>;

/** The request head in the form of the inspectors. */
export function headOf(method: string, headers: IncomingHttpHeaders): RequestHead {
  return {
    method,
    names: Object.keys(headers),
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
  };
}

/** The context in which the exchange itself is judged. */
export function contextOf(exchange: HttpExchange, policy: CompiledPolicy): InspectionContext {
  const { mcp, references, conversations, openSchemas, now } = exchange.boundary;
  const { request, target } = exchange;
  const { direction, host } = target;
  const { headers } = request;
  const names = [...Object.keys(headers), ...namesIn(target.query)];
  // Some clients send an empty cookie.
  const filled = names.filter((name) => headers[name] !== '');
  return {
    state: exchange.boundary.stateOf(policy),
    classifier: exchange.boundary.classifierOf(policy),
    hasSession: filled.some((name) => SESSION.test(name)),
    openSchema: (tool, isCall) => openSchemas.seen({ tool, host, direction, isCall }),
    isSigned: isSigned(names, request.headers.authorization),
    ...contextWith(exchange, policy, { memory: mcp, references, conversations, now }),
  };
}

/** Names under which a server may keep state of its own. */
const SESSION = /^cookie$|session|conversation|thread|memory|chat.?id/i;

/** `x-hub-signature-256`, but no other word. */
const SIGNATURE = /(?:^|-)signature(?:-|$)/i;
/** AWS, HTTP signatures, HMAC of several clouds, Digest, Baidu; `signature=` is in those that name it, as OAuth 1. */
const SIGNED = /^(?:aws4-|signature\s|digest\s|bce-auth|[\w-]*hmac)|signature=/i;

/** True if the request is signed, so that it cannot have another body. `names`: of its headers and of parameters of its query. */
function isSigned(names: readonly string[], authorization = ''): boolean {
  return SIGNED.test(authorization) || names.some((name) => SIGNATURE.test(name));
}

function namesIn(query: string): readonly string[] {
  if (query === '') return [];
  return [...new URLSearchParams(query).keys()];
}

/** The context of an exchange under any policy and memories, apart from what the head and the replicas tell. */
export function contextWith(
  {
    id,
    target,
    caller,
    identity,
  }: Pick<HttpExchange, 'target' | 'caller' | 'identity'> & { readonly id: string },
  policy: CompiledPolicy,
  memories: Memories,
): Omit<InspectionContext, 'state' | 'classifier' | 'hasSession' | 'isSigned'> {
  const { direction, host, origin } = target;
  return {
    exchange: { id, direction, host, caller: { address: caller, identity } },
    origin,
    policy,
    ...memories,
  };
}
