import { compile } from '../../policy/compile/compile.ts';
import type { CompiledCallers } from '../../policy/compile/compiled-callers.ts';
import { parsePolicy } from '../../policy/document/parse.ts';
import { effectivePolicy } from '../../policy/layers/effective.ts';

/** Of the section of a policy. */
export function callersOf(callers: object): CompiledCallers {
  const parsed = parsePolicy(JSON.stringify({ version: 1, callers }), 'test');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const options = { name: 'test', generation: 1, loadedAtMs: 0, fingerprints: new Map<string, string>() };
  return compile(effectivePolicy({ workload: parsed.document }), options).callers;
}
