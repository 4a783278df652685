import type { Hit, Verdict } from '../../exchange/verdict.ts';
import type { DialectId } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';

/** Where a command reads its environment and prints. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One exchange to judge. Bodies are parsed JSON; null where there is none. */
export interface EvaluatedTraffic {
  readonly method: string;
  readonly path: string;
  /** `host[:port]` of an outbound exchange; null inbound. */
  readonly host: string | null;
  readonly request: unknown;
  readonly response: unknown;
}

/** What an exchange asked for, whatever the verdict. Null where no dialect knows the route or the request is malformed. */
export interface Seen {
  readonly model: string | null;
  /** Names of tools that were offered, forced or called. */
  readonly tools: readonly string[];
  /** Of an exchange with an MCP server. */
  readonly mcp?: {
    readonly path: string;
    readonly tools: readonly string[];
    readonly resources: readonly string[];
    readonly prompts: readonly string[];
    /** Definitions that the server showed, by tool: `sha256-HEX`. */
    readonly definitions: ReadonlyMap<string, string>;
  };
}

/** What a policy makes of an exchange. `pass`: the route is listed as carrying no prompt. */
export interface Evaluation {
  readonly dialect: DialectId | null;
  readonly request: Verdict | 'pass';
  readonly reply: Verdict | null;
  readonly seen: Seen | null;
}

/** Judges an exchange with the real dialects and controls. Given from outside, since policy sees no wire formats. */
export type Evaluate = (
  traffic: EvaluatedTraffic,
  policy: CompiledPolicy,
) => Evaluation | Promise<Evaluation>;

/** Hits of both directions. */
export function hitsOf({ request, reply }: Pick<Evaluation, 'request' | 'reply'>): readonly Hit[] {
  return [...(request === 'pass' ? [] : request.hits), ...(reply?.hits ?? [])];
}
