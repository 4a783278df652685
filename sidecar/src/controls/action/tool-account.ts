import type { Segment } from '../../exchange/index.ts';
import type { Hit, Mode } from '../../exchange/verdict.ts';
import type { CountQuery } from '../../policy/compile/call-counts.ts';
import type { CompiledTool, ValueSource } from '../../policy/compile/compiled.ts';
import type { Labelling, Trust } from './taint.ts';

/** Is told how a tool was judged, before the verdict. */
export type Account = (judged: ToolAccount) => void;

/** How one offered or called tool was judged. Holds names and places, never content. */
export interface ToolAccount {
  readonly name: string;
  /** RFC 6901 pointer of the offer or call. */
  readonly pointer: string;
  /** `offered at the provider`: no call of it is ever judged. */
  readonly kind:
    'called' | 'called with arguments that are no object' | 'offered' | 'offered at the provider';
  /** In the policy: `action.tools`, or the server in `action.mcp`. */
  readonly section: string;
  readonly mode: Mode;
  /** For a tool that no rule names. */
  readonly default: 'deny' | 'allow';
  /** No rule names it, but one names a tool that an agent may take it for. */
  readonly resembles: boolean;
  /** Alternatives: one that holds entirely suffices. Of several layers, each is a combination of one entry from every layer. */
  readonly rules: readonly RuleAccount[];
  readonly tainted: LabelAccount;
  readonly isPrivate: LabelAccount;
  /** Of an offer: `sha256-HEX` of its definition, as `pins` has it. Null for a call. */
  readonly definition: string | null;
  /** Names of the arguments; empty for an offer. */
  readonly arguments: readonly string[];
  /** Of the arguments; empty for an offer. */
  readonly values: readonly ValueAccount[];
  /** What conditions of the section ask, as it was before this call. `value` null: not known here. */
  readonly counts: readonly (CountQuery & { readonly value: number | null })[];
  /** Names of the calls in the history, in order. */
  readonly earlier: readonly string[];
  /** How often the history ends with this very call. */
  readonly repetitions: number;
}

interface LabelAccount {
  readonly holds: boolean;
  /** What gives the label; empty where it holds for what a detector found, or what the reply brought before the call. */
  readonly by: readonly Labelling[];
}

export interface RuleAccount {
  /** The first condition that does not hold, for which the rule refuses; null: the rule allows. */
  readonly failed: Hit['rule'] | null;
  /** One per layer that has the tool. */
  readonly entries: readonly {
    readonly entry: CompiledTool['entries'][number];
    readonly conditions: readonly ConditionAccount[];
  }[];
}

/** One condition of an entry, judged alone. */
export interface ConditionAccount {
  readonly rule: Hit['rule'];
  /** The argument, of `tool.sources`. */
  readonly argument?: string;
  readonly holds: boolean;
  /** Of `tool.schema`: the schema with which the tool is offered lets any arguments pass, and the entry has no other. Absent: no. */
  readonly isOpen?: true;
}

/** Where one value of an argument stands. */
export interface ValueAccount {
  readonly argument: string;
  /** From 1, among the values at and below the argument. */
  readonly ordinal: number;
  /** As `sources` of the policy reads them. Empty: in none, so that no `sources` would allow it. */
  readonly sources: readonly ValueSource[];
  /** The first texts that have it, of whatever trust. Empty: the model composed it. */
  readonly places: readonly {
    readonly pointer: string;
    readonly origin: Segment['origin'];
    readonly trust: Trust;
    /** Tools whose result it is; empty: of none. */
    readonly tools: readonly string[];
  }[];
}
