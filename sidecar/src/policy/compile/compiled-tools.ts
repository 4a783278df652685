import type { Action, Mode } from '../../exchange/verdict.ts';
import type { Caller } from '../../exchange/index.ts';

/** What a built-in detector of a control is told to do. `off` never appears here: it is a null setting. */
export interface Setting {
  readonly action: Action;
  readonly mode: Mode;
}

/** What a CEL condition of a tool rule can see. */
export interface ToolContext {
  readonly tool: { readonly name: string };
  /** The parsed arguments object; empty for an offer. */
  readonly args: Readonly<Record<string, unknown>>;
  readonly exchange: {
    readonly tainted: boolean;
    readonly direction: string;
    readonly dialect: string;
    readonly model: string;
  };
  readonly caller: Caller;
}

export interface CompiledTool extends Setting {
  /** Glob over tool names (`*` and `?`). */
  readonly name: string;
  matchesName(name: string): boolean;
  /** Null: every model. */
  readonly matchesModel: ((model: string | null) => boolean) | null;
  /** CEL; null: always. @throws when the expression fails, which the control takes for a refusal. */
  readonly when: ((context: ToolContext) => boolean) | null;
  readonly arguments: ((context: ToolContext) => boolean) | null;
}

/** Tools that may be used. */
export interface CompiledTools {
  /** Alternatives: one that agrees is enough. */
  readonly tools: readonly CompiledTool[];
  /** For a tool that none of them names. */
  readonly default: 'deny' | 'allow';
  readonly mode: Mode;
}
