export { canonicalPolicy, type CanonicalPolicy } from './canonical.ts';
export { compile, type CompileOptions } from './compile.ts';
export type {
  CompiledLimits,
  CompiledPolicy,
  CompiledProvider,
  CompiledRule,
  CompiledTool,
  CompiledTools,
  PolicySource,
  Setting,
  ToolContext,
} from './compiled.ts';
export { DEFAULT_POLICY } from './defaults.ts';
export { effectivePolicy, type Layers } from './effective.ts';
export type { CompletePolicy } from './fill.ts';
export type { CompiledMcp, CompiledMcpServer } from './compiled-mcp.ts';
export { meet } from './meet.ts';
export { parsePolicy, type ParseResult } from './parse.ts';
export { formatProblem, PolicyInvalid, type Problem } from './problem.ts';
export { renderPolicyReference } from './reference.ts';
export { policySchemaJson, type PolicyDocument, type PolicyInput } from './schema.ts';
