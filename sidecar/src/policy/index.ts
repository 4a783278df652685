export { canonicalPolicy, type CanonicalPolicy } from './layers/canonical.ts';
export { JUDGING } from './compile/builtin-detectors.ts';
export { compile, type CompileOptions } from './compile/compile.ts';
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
} from './compile/compiled.ts';
export { DEFAULT_POLICY } from './layers/defaults.ts';
export { effectivePolicy, type Layers } from './layers/effective.ts';
export type { CompletePolicy } from './layers/fill.ts';
export type { CompiledMcp, CompiledMcpServer } from './compile/compiled-mcp.ts';
export { meet } from './layers/meet.ts';
export { SERVICE_ACCOUNTS_KEY } from './document/configmap.ts';
export { parsePolicy, type ParseResult } from './document/parse.ts';
export { formatProblem, PolicyInvalid, type Problem } from './kinds/problem.ts';
export { renderPolicyReference } from './keys/reference.ts';
export { policySchemaJson, type PolicyDocument, type PolicyInput } from './keys/schema.ts';
