import type { McpId } from '../../exchange/index.ts';
import { Malformed } from '../malformed.ts';

/** `id` as in `idOf`, for a message of an unknown method: the error response needs it. */
export class UnknownMethod extends Malformed {
  readonly id: McpId | null;

  constructor(pointer: string, id: McpId | null) {
    super(pointer, 'unknown method');
    this.id = id;
  }
}

/** A header that must repeat part of the body is absent, unreadable, or says something else (2026-07-28, "Server Validation"). */
export class HeaderMismatch extends Malformed {}

/** A request without a member that its revision requires. */
export class InvalidParams extends Malformed {}

/** JSON-RPC 2.0 §5.1 and MCP 2026-07-28, "Error Codes"; the statuses are those of Streamable HTTP 2026-07-28. */
export function protocolError(fault: Malformed): { readonly number: number; readonly status: 400 | 404 } {
  if (fault instanceof HeaderMismatch) return { number: -32020, status: 400 };
  if (fault instanceof InvalidParams) return { number: -32602, status: 400 };
  if (fault instanceof UnknownMethod) return { number: -32601, status: 404 };
  return { number: -32600, status: 400 };
}
