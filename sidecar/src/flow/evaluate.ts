import { failedVerdict, judgeReply, judgeRequest, replyRules, type Verdict } from '../controls/index.ts';
import { findDialect, Malformed, parseText, isObject } from '../dialects/index.ts';
import type { Exchange, RefusalCode } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';

/** A recorded or written exchange. Bodies are parsed JSON; null where there is none. */
export interface Traffic {
  readonly method: string;
  /** With the query, if there is one. */
  readonly path: string;
  readonly request: unknown;
  readonly response: unknown;
}

/** What a policy makes of an exchange. `pass`: the route is listed as carrying no prompt. */
export interface Evaluation {
  readonly dialect: Exchange['dialect'] | null;
  readonly request: Verdict | 'pass';
  readonly reply: Verdict | null;
}

/**
 * What the sidecar would decide about an exchange under a policy: the same dialects, the same controls, no network. Rates and
 * concurrency are not judged: they have no meaning for a single exchange.
 */
export function evaluateExchange({ method, path, request, response }: Traffic, policy: CompiledPolicy): Evaluation {
  const [rawPath = '', query = ''] = path.split('?', 2);
  const found = findDialect({ method, path: rawPath, query });
  if (found === null) {
    const passes = policy.endpoints.passes(method, rawPath) || policy.endpoints.opaque === 'allow';
    return { dialect: null, request: passes ? 'pass' : block('endpoint_not_allowed', rawPath), reply: null };
  }
  const { dialect, match } = found;
  try {
    const prompt = dialect.prompt(objectOf(request), match);
    const caller = { address: '', groups: [] };
    const exchange: Exchange = { id: '', direction: 'inbound', dialect: dialect.id, host: null, caller, prompt };
    const judged = judgeRequest(exchange, policy, Date.now);
    const done = { dialect: dialect.id, request: judged.verdict };
    if (judged.verdict.kind === 'block' || response === null || response === undefined) return { ...done, reply: null };
    return { ...done, reply: evaluateReply(() => dialect.reply(objectOf(response)), judged.action) };
  } catch (error) {
    if (error instanceof Malformed) return { dialect: dialect.id, request: block('request_malformed', error.message), reply: null };
    return { dialect: dialect.id, request: failedVerdict(policy), reply: null };
  }
}

function evaluateReply(read: () => Parameters<typeof judgeReply>[0], action: Parameters<typeof replyRules>[0]): Verdict {
  try {
    return judgeReply(read(), action, replyRules(action), Date.now);
  } catch (error) {
    return error instanceof Malformed ? block('response_malformed', error.message) : failedVerdict(action.policy);
  }
}

/** Through text, so that what no wire could carry does not get here either. @throws Malformed */
function objectOf(value: unknown): Parameters<NonNullable<ReturnType<typeof findDialect>>['dialect']['prompt']>[0] {
  const parsed = parseText(JSON.stringify(value) ?? '');
  if (!isObject(parsed)) throw new Malformed('', 'must be a JSON object');
  return parsed;
}

function block(code: RefusalCode, detail: string): Verdict {
  return { kind: 'block', hits: [], code, detail, retryAfterSeconds: null };
}
