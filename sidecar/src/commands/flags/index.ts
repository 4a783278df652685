export { completionScript, SHELLS } from './completion.ts';
export { EXIT_FAILED, EXIT_NO, EXIT_OK, EXIT_USAGE, parseFlags, renderHelp, UsageError } from './flags.ts';
export { isGone } from '../../policy/kinds/problem.ts';
export { programWord, versionIn, type Program, type ProgramWord } from './program.ts';
export type { CommandSpec, FlagKind, FlagSpec, FlagValues, OperandSpec, ParsedFlags } from './flags.ts';
