import type { Action, Mode } from '../../exchange/verdict.ts';
import type { Caller, Workload } from '../../exchange/index.ts';
import type { ToolRule } from '../keys/tools.ts';
import type { CompiledSchema } from './schema/json-schema.ts';
import type { CountQuery, EarlierCalls } from './call-counts.ts';

/** Action and mode of a built-in detector. `off` is a null setting. */
export interface Setting {
  readonly action: Action;
  readonly mode: Mode;
}

/** Variables of a tool rule's CEL condition. */
export interface ToolContext {
  readonly tool: { readonly name: string };
  /** The parsed arguments object; empty for an offer. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly exchange: {
    readonly tainted: boolean;
    readonly private: boolean;
    readonly direction: string;
    readonly dialect: string;
    readonly model: string;
  };
  readonly caller: Caller;
  readonly workload: Workload;
  /** Absent: no calls are known, and a condition on them cannot be evaluated. */
  readonly calls?: EarlierCalls;
}

/** Text that values of arguments may come from. `trusted`: results of tools that the policy trusts. */
export type ValueSource = 'user' | 'system' | 'trusted';

export interface ArgumentSources {
  readonly argument: string;
  readonly from: readonly ValueSource[];
}

/** All must hold. */
interface PinnedDefinitions {
  /** The first that this sidecar saw. */
  readonly toFirst: boolean;
  /** One of each list, in lower-case hex. */
  readonly lists: readonly (readonly string[])[];
}

export interface CompiledTool extends Setting {
  /** Glob over tool names (`*` and `?`). */
  readonly name: string;
  matchesName(name: string): boolean;
  /** Null: every model. */
  readonly matchesModel: ((model: string | null) => boolean) | null;
  /** CEL; null: always. @throws if the expression fails, which the control treats as a refusal. */
  readonly when: ((context: ToolContext) => boolean) | null;
  readonly arguments: ((context: ToolContext) => boolean) | null;
  /** That the arguments must fit, all of them. */
  readonly schemas: readonly CompiledSchema[];
  /** They must also fit the schemas with which the request offers the tool. */
  readonly fitsOffer: boolean;
  /** For arguments, by folded name (`foldName`): where their values must stand. All must hold. */
  readonly sources: readonly ArgumentSources[];
  /** How often the same call may be made in a row; null: any number. */
  readonly repeats: number | null;
  /** True for tools whose calls are refused if the conversation has untrusted text and private data; null for none. */
  readonly actsOutside: ((name: string) => boolean) | null;
  /** The definitions with which it may be offered; null: any. */
  readonly pinned: PinnedDefinitions | null;
  /** The conditions on arguments apply to a call whose only argument is a text `input`, as those of custom tools. */
  readonly readsInput: boolean;
  /** What it was compiled from: an entry of each layer that names the tool. */
  readonly entries: readonly ToolRule[];
  /** The same entries as a rule each, for an account of which of them refuses. */
  readonly apart: () => readonly CompiledTool[];
}

/** The allowed tools. */
export interface CompiledTools {
  /** Alternatives: one match suffices. */
  readonly tools: readonly CompiledTool[];
  /** Where they are listed in the policy. */
  readonly place: string;
  /** What conditions ask of earlier calls, each once. */
  readonly counts: readonly CountQuery[];
  /** For a tool that no rule names. */
  readonly default: 'deny' | 'allow';
  /** For a tool that no rule names, but that an agent may take for one that a rule names: the mode of that rule. Null for other tools. */
  readonly resembles: (name: string) => Mode | null;
  readonly mode: Mode;
}
