import type { Found } from '../../conditions/index.ts';
import type { Contributor, Decision, ToolCall, Usage } from '../../exchange/index.ts';
import type { Bodies } from './sealed-bodies.ts';

/** Facts about an exchange that its decisions record. */
export interface Facts extends Bodies {
  readonly model: string | null;
  readonly tools: readonly string[];
  /** Calls of tools, as they were written. */
  readonly calls: readonly ToolCall[];
  readonly usage: Usage | null;
  readonly origins: Decision['origins'];
  readonly tainted: boolean | undefined;
  readonly served: Decision['served'];
  /** What a request to a model brings along, for the four conditions. */
  readonly found: Found | undefined;
  /** What besides the model has a part in a reply. */
  readonly contributors: readonly Contributor[];
  /** The decision is made before its request is looked at. */
  readonly isEarly: boolean;
  /** What passes without inspection is a health check or a list, which has room for no prompt. */
  readonly isBare: boolean;
  /** Commitment to a streamed reply, in place of `response`. */
  readonly responseCommitment: string | null;
}
