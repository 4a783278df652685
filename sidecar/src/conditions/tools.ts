import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { bringsDocuments, isForMemory, kindOfTool } from './tool-names.ts';

/** A tool that is offered or called. */
export interface NamedTool {
  readonly name: string;
  /** It runs at the provider, not at the client. */
  readonly isOfProvider: boolean;
}

/** What tools do, by what the policy says of them and by their names. */
export interface ToolsSight {
  readonly remember: boolean;
  readonly retrieve: boolean;
  readonly speakMcp: boolean;
  readonly act: boolean;
  readonly areOfProvider: boolean;
  /** Of one of the client nothing says what it does. */
  readonly areUnknown: boolean;
}

const NOTHING: ToolsSight = {
  remember: false,
  retrieve: false,
  speakMcp: false,
  act: false,
  areOfProvider: false,
  areUnknown: false,
};

/** @param policy null: there is none, and names alone tell */
export function sightOfTools(tools: readonly NamedTool[], policy: CompiledPolicy | null): ToolsSight {
  if (tools.length === 0) return NOTHING;
  const saysActs = policy === null ? (): boolean => false : actsOutside(policy);
  const kinds = tools.map((tool) => ({ ...tool, kind: kindOf(tool) }));
  return {
    remember: tools.some(({ name }) => isForMemory(name)),
    retrieve: tools.some(({ name, isOfProvider }) => bringsDocuments(name, isOfProvider)),
    speakMcp: tools.some(({ name, isOfProvider }) => isOfProvider && /^mcp/i.test(name)),
    act: kinds.some(({ name, kind }) => kind === 'acts' || saysActs(name)),
    areOfProvider: tools.some(({ isOfProvider }) => isOfProvider),
    areUnknown: kinds.some(({ name, kind }) => kind === 'unknown' && !saysActs(name)),
  };
}

/** Those of the provider and those for memory are told by other reasons. */
function kindOf({ name, isOfProvider }: NamedTool): ReturnType<typeof kindOfTool> | 'told' {
  return isOfProvider || isForMemory(name) ? 'told' : kindOfTool(name);
}

/** Whether policy says of a tool that it acts outside. */
function actsOutside({ action }: CompiledPolicy): (tool: string) => boolean {
  return (name) => action.tools.some((rule) => rule.actsOutside?.(name) === true);
}
