import { failedVerdict, judgeReply, judgeRequest, replyRules } from '../controls/index.ts';
import { findDialect, Malformed, parseText, isObject } from '../dialects/index.ts';
import type { Exchange, RefusalCode, Reply, Verdict } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { evaluateMcp, type SeenMcp } from './mcp/evaluate.ts';

/** A recorded or written exchange. Bodies are parsed JSON; null where there is none. */
export interface Traffic {
  readonly method: string;
  /** With the query, if there is one. */
  readonly path: string;
  /** `host[:port]` of an outbound exchange; absent or null: inbound. */
  readonly host?: string | null;
  readonly request: unknown;
  readonly response: unknown;
}

/** What a policy makes of an exchange. `pass`: the route is listed as carrying no prompt. */
export interface Evaluation {
  readonly dialect: Exchange['dialect'] | null;
  readonly request: Verdict | 'pass';
  readonly reply: Verdict | null;
  /** What was asked for, whatever the verdict; null where that could not be read. */
  readonly seen: {
    readonly model: string | null;
    readonly tools: readonly string[];
    readonly mcp?: SeenMcp;
  } | null;
}

/**
 * What the sidecar would decide about an exchange under a policy: the same dialects, the same controls, no network. Rates and
 * concurrency are not judged: they have no meaning for a single exchange.
 */
export function evaluateExchange(
  { method, path, host = null, request, response }: Traffic,
  policy: CompiledPolicy,
): Evaluation {
  const [rawPath = '', query = ''] = path.split('?', 2);
  const mcp = evaluateMcp({ method, path: rawPath, host, request, response }, policy);
  if (mcp !== null) {
    const seen = mcp.mcp === null ? null : { model: null, tools: [], mcp: mcp.mcp };
    return { dialect: 'mcp', request: mcp.request, reply: mcp.reply, seen };
  }
  const found = findDialect({ method, path: rawPath, query });
  if (found === null) {
    const passes = policy.endpoints.passes(method, rawPath) || policy.endpoints.opaque === 'allow';
    const request = passes ? 'pass' : block('endpoint_not_allowed', rawPath);
    return { dialect: null, request, reply: null, seen: null };
  }
  const { dialect, match } = found;
  try {
    const prompt = dialect.prompt(objectOf(request), match);
    const caller = { address: '', groups: [] };
    const exchange: Exchange = {
      id: '',
      direction: 'inbound',
      dialect: dialect.id,
      host: null,
      caller,
      prompt,
    };
    const judged = judgeRequest(exchange, policy, Date.now);
    const done = { dialect: dialect.id, request: judged.verdict };
    const asked = { model: prompt.model, tools: toolsOf(prompt) };
    if (response === null || response === undefined) return { ...done, reply: null, seen: asked };
    const reply = readReply(() => dialect.reply(objectOf(response), prompt));
    const seen =
      'calls' in reply
        ? { ...asked, tools: [...asked.tools, ...reply.calls.map(({ name }) => name)] }
        : asked;
    if (judged.verdict.kind === 'block') return { ...done, reply: null, seen };
    return { ...done, reply: 'calls' in reply ? evaluateReply(reply, judged.action) : reply, seen };
  } catch (error) {
    if (error instanceof Malformed)
      return {
        dialect: dialect.id,
        request: block('request_malformed', error.message),
        reply: null,
        seen: null,
      };
    return { dialect: dialect.id, request: failedVerdict(policy), reply: null, seen: null };
  }
}

/** Offered, forced and, in the history, called. */
function toolsOf({ offers, choice, calls }: Exchange['prompt']): readonly string[] {
  const forced = choice.kind === 'forced' ? choice.names : [];
  return [...offers.map(({ name }) => name), ...forced, ...calls.map(({ name }) => name)];
}

/** The reply, or the block that an unreadable one amounts to. */
function readReply(read: () => Reply): Reply | Verdict {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return block('response_malformed', error.message);
    throw error;
  }
}

function evaluateReply(reply: Reply, action: Parameters<typeof replyRules>[0]): Verdict {
  try {
    return judgeReply(reply, action, replyRules(action), Date.now);
  } catch {
    return failedVerdict(action.policy);
  }
}

/** Through text, so that what no wire could carry does not get here either. @throws Malformed */
function objectOf(
  value: unknown,
): Parameters<NonNullable<ReturnType<typeof findDialect>>['dialect']['prompt']>[0] {
  const parsed = parseText(JSON.stringify(value ?? null));
  if (!isObject(parsed)) throw new Malformed('', 'must be a JSON object');
  return parsed;
}

function block(code: RefusalCode, detail: string): Verdict {
  return { kind: 'block', hits: [], code, detail, retryAfterSeconds: null };
}
