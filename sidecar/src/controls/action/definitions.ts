import type { CompiledTool } from '../../policy/compile/compiled.ts';
import type { Exchange } from '../../exchange/index.ts';

/** The definitions of the tools that a request offers. */
export interface Definitions {
  /** Lower-case hex; null if there is none at the place. */
  readonly hashOf: (pointer: string) => string | null;
  /** True if the definition equals the first one of this tool, which is kept. */
  readonly unchanged: (tool: string, sha256: string) => boolean;
}

interface Offering {
  readonly exchange: Exchange;
  readonly definitions?: Definitions;
}

/**
 * True if the rule pins the tool and the request does not offer it by this name: no definition of it was approved for a call. Where tools do not come
 * with requests (MCP), their server's list is judged instead.
 */
export function isUnoffered(
  { pinned }: CompiledTool,
  { exchange, definitions }: Offering,
  tool: string,
): boolean {
  return (
    pinned !== null && definitions !== undefined && !exchange.prompt.offers.some(({ name }) => name === tool)
  );
}

/**
 * The hash of a definition with which the request offers this tool, and which the rule does not allow; null if it allows all of them. The first
 * definition is kept even if another rule refuses it.
 */
export function changedHash(
  { pinned }: CompiledTool,
  { exchange, definitions }: Offering,
  tool: string,
): string | null {
  if (pinned === null || definitions === undefined) return null;
  for (const { name, pointer } of exchange.prompt.offers) {
    const sha256 = name === tool ? definitions.hashOf(pointer) : null;
    if (sha256 === null) continue;
    const isFirst = !pinned.toFirst || definitions.unchanged(tool, sha256);
    if (!isFirst || !pinned.lists.every((list) => list.includes(sha256))) return sha256;
  }
  return null;
}
