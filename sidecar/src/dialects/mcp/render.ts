import { REFUSALS, type McpId, type Refusal, type RefusalCode } from '../../exchange/index.ts';
import type { RenderedResponse } from '../dialect.ts';
import type { Malformed } from '../malformed.ts';
import { refusalMessage } from '../refusal-message.ts';
import { protocolError } from './faults.ts';
import { MCP_VERSIONS } from './version.ts';

/**
 * JSON-RPC 2.0 §5.1; codes from -32000 to -32019 are implementation-defined (MCP 2026-07-28, "Error Codes"). The SDKs use the first of
 * these for connections and time-outs.
 */
const REFUSED = -32010;
const NOT_NOW = -32011;
const INVALID_REQUEST = -32600;
const METHOD_NOT_FOUND = -32601;
const INTERNAL = -32603;

const NUMBERS: Partial<Readonly<Record<RefusalCode, number>>> = {
  request_malformed: INVALID_REQUEST,
  endpoint_not_allowed: METHOD_NOT_FOUND,
  limit_exceeded: NOT_NOW,
  detector_unavailable: INTERNAL,
  audit_unavailable: INTERNAL,
  audit_undelivered: INTERNAL,
  policy_unavailable: INTERNAL,
  response_malformed: INTERNAL,
  upstream_unavailable: INTERNAL,
  shutting_down: INTERNAL,
};

/** The error that answers the request `id`; the SDKs raise it with its number and its `data`. */
export function errorMessage(
  refusal: Refusal,
  id: McpId | null,
  number = NUMBERS[refusal.code] ?? REFUSED,
): string {
  const { code, decision, retryAfterSeconds } = refusal;
  const data = {
    code,
    decision,
    retry: REFUSALS[code].retry,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
  };
  const error = { code: number, message: refusalMessage(refusal), data };
  return JSON.stringify({ jsonrpc: '2.0', id, error });
}

/** Errors for several requests, a batch if the body was one. */
export function errorBody(refusal: Refusal, ids: readonly McpId[], batch: boolean): string {
  const errors = ids.map((id) => errorMessage(refusal, id));
  return batch ? `[${errors.join(',')}]` : (errors[0] ?? errorMessage(refusal, null));
}

/**
 * The response to a refused body. A request gets its JSON-RPC error with status 200: clients raise it, and know that the session continues.
 * Without a request only the status tells.
 */
export function refuseBody(refusal: Refusal, ids: readonly McpId[], batch: boolean): RenderedResponse {
  const status = ids.length > 0 ? 200 : REFUSALS[refusal.code].status;
  return { status, contentType: 'application/json', body: errorBody(refusal, ids, batch && ids.length > 0) };
}

/** The response to a message that a modern revision does not define: its number and status tell clients why. */
export function refuseFault(refusal: Refusal, fault: Malformed, id: McpId | null): RenderedResponse {
  const { number, status } = protocolError(fault);
  return { status, contentType: 'application/json', body: errorMessage(refusal, id, number) };
}

/**
 * The response to an unsupported protocol revision, with which clients negotiate a supported one (2026-07-28, "Versioning"). `spoken`: the
 * revisions of the server; empty if they are not known.
 */
export function refuseVersion(
  refusal: Refusal,
  requested: string,
  id: McpId | null,
  spoken: readonly string[],
): RenderedResponse {
  const both = MCP_VERSIONS.filter((version) => spoken.includes(version));
  const error = {
    code: -32022,
    message: `Unsupported protocol version. ${refusalMessage(refusal)}`,
    data: {
      supported: both.length > 0 ? both : MCP_VERSIONS,
      requested: /^[\w.-]{1,32}$/.test(requested) ? requested : '',
      code: refusal.code,
      decision: refusal.decision,
    },
  };
  return {
    status: 400,
    contentType: 'application/json',
    body: JSON.stringify({ jsonrpc: '2.0', id, error }),
  };
}
