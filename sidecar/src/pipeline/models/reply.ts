import { isUtf8 } from 'node:buffer';

import {
  Budget,
  isGuarded,
  judgeReply,
  judgeReserving,
  mayRefuseCalls,
  refusedCalls,
  replyRules,
  scanReplyAhead,
  type ActionContext,
  type Ahead,
  type TextRule,
  type Turn,
} from '../../controls/index.ts';
import { restoredCall, StreamGuard, type GuardOptions } from '../../controls/stream/index.ts';
import {
  applyEdits,
  isArray,
  isObject,
  leavesOf,
  readArguments,
  ValueStream,
  type Edit,
  type FoundDialect,
  type Framing,
  type JsonValue,
  type Leaf,
  type RenderedResponse,
} from '../../dialects/index.ts';
import {
  isUntrusted,
  contributorsTo,
  NO_USAGE,
  type Prompt,
  type Redaction,
  type Refusal,
  type Reply,
  type Usage,
  type Verdict,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { decodeUtf8 } from '../inspect/decode.ts';
import { editsOf } from '../inspect/edits.ts';
import type {
  AskedAgain,
  Block,
  DecidingControl,
  GuardedStream,
  InspectedReply,
  RefusalRenderer,
  ReplyInspector,
  WholeReplyBytes,
} from '../inspect/inspector.ts';
import type { Collected } from '../inspect/references.ts';
import { LONG_BODY } from '../inspect/turns.ts';
import type { AskedModel } from './asked-model.ts';
import { isJson, parsedBody, parsedJson, textsIn, UNNAMED_TYPES, type Parsed } from './parsed-body.ts';
import { saidIn, servedIn } from './served.ts';
import { nulls, withEdits } from './signed-parts.ts';
import { ModelStream } from './stream.ts';

/** The context that the reply is judged in. */
interface RequestContext {
  readonly prompt: Prompt;
  readonly action: ActionContext;
  readonly collected: Collected;
  /** Null where turns are not linked. */
  readonly turn: Turn | null;
  /** The server keeps nothing of the request. */
  readonly isStateless: boolean;
  /** The request as it went to the model. */
  readonly asked: AskedModel;
}

/** A long reply that was read and scanned ahead. */
interface Begun {
  /** Null if it is no JSON. */
  readonly parsed: Parsed | null;
  /** Null if it is no reply of the dialect. */
  readonly reply: Reply | null;
  readonly ahead: Ahead;
}

const STREAM_TYPES: Readonly<Record<string, Framing>> = {
  'text/event-stream': 'sse',
  'application/x-ndjson': 'ndjson',
  'application/ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/json-lines': 'ndjson',
  'application/jsonlines': 'ndjson',
  'application/x-jsonlines': 'ndjson',
  'application/stream+json': 'ndjson',
};
const WITHOUT_CALLS = { usage: null, tools: [], calls: [], chars: 0 } as const;

/** The reply of a model server, whole or streamed. */
export class ModelReply implements ReplyInspector {
  readonly #found: FoundDialect;
  readonly #request: RequestContext;
  readonly #now: () => number;
  /** Token counts of the server for the whole reply. */
  #usage: Usage = NO_USAGE;
  #begun: Begun | null = null;

  constructor(found: FoundDialect, request: RequestContext, now: () => number) {
    this.#found = found;
    this.#request = request;
    this.#now = now;
  }

  get refusals(): RefusalRenderer {
    return this.#found.dialect;
  }

  get policy(): CompiledPolicy {
    return this.#request.action.policy;
  }

  get mayRepeat(): boolean {
    return this.#request.isStateless;
  }

  get isEnforced(): boolean {
    const { policy } = this;
    // Values are given back whatever else is enforced.
    if (this.#request.action.pseudonyms !== undefined) return true;
    const media = Object.values(policy.egress.media).some((setting) => setting?.mode === 'enforce');
    return media || policy.action.mode === 'enforce' || isGuarded(policy, replyRules(this.#request.action));
  }

  /** With `error`, the SDK of the client must raise, which depends on the status. */
  get sendsHeadAtOnce(): boolean {
    return this.policy.egress.onBlock === 'finish' && this.policy.action.onDeny !== 'error';
  }

  get keepsStreams(): boolean {
    const { asked, prompt } = this.#request;
    return asked.mayAskAgain && mayRefuseCalls(this.policy, prompt);
  }

  get model(): string | null {
    return this.#request.prompt.model;
  }

  framing(status: number, type: string): Framing | 'by_beginning' | null {
    if (status < 200 || status > 299) return null;
    // A recording may begin like an event.
    if (this.#isMedium(type)) return null;
    // Some gateways answer any request with a stream.
    if (!this.#request.prompt.stream) return 'by_beginning';
    const { framing } = this.#found.match;
    // Some servers label NDJSON as JSON.
    if (framing !== 'sse' && type === 'application/json') return framing;
    return STREAM_TYPES[type] ?? (UNNAMED_TYPES.has(type) ? framing : 'by_beginning');
  }

  checkHeaders(): void {
    // Any header may pass.
  }

  stream(framing: Framing): GuardedStream {
    const { prompt, action, collected, turn } = this.#request;
    const { dialect, match } = this.#found;
    const reader = dialect.stream(prompt, match);
    const guard = new StreamGuard({
      reader: new ValueStream(reader),
      rules: replyRules(action),
      action,
      now: this.#now,
      isKept: this.keepsStreams,
      ...(turn === null ? {} : { heard: hearing(turn, action) }),
    });
    return new ModelStream(reader, guard, framing, { collected, turn });
  }

  endsCleanly(block: Block): boolean {
    const { action, egress } = this.policy;
    if (block.code === 'detector_unavailable' || egress.onBlock !== 'finish') return false;
    return !(action.onDeny === 'error' && isOfCalls(block));
  }

  askAgain(block: Block, said: Buffer | readonly string[]): AskedAgain | null {
    const { action, asked } = this.#request;
    if (!isOfCalls(block)) return null;
    const refused = (reply: Reply): readonly (string | null)[] =>
      refusedCalls(this.#restored(reply, replyRules(action)), action, this.#now);
    const next = asked.again(said, refused);
    if (next === null) return null;
    const tainted = action.tainted || next.isTainted;
    const request = { ...this.#request, asked: next.asked, action: { ...action, tainted } };
    const reply = new ModelReply(this.#found, request, this.#now);
    return { body: next.asked.body, reply, usage: Buffer.isBuffer(said) ? null : next.usage };
  }

  withhold(block: Block, refusal: Refusal): RenderedResponse {
    const { dialect } = this.#found;
    return this.endsCleanly(block)
      ? dialect.withhold(refusal, this.#request.prompt, this.#usage)
      : dialect.refuse(refusal);
  }

  *prepare({ status, body }: WholeReplyBytes): Generator<undefined, void> {
    if (body.length < LONG_BODY) return;
    const { action, prompt } = this.#request;
    try {
      const parsed = parsedJson(body);
      yield;
      const reply = parsed === null || status >= 300 ? null : this.#read(parsed.value, prompt);
      const segments = reply?.segments ?? saidIn(textsIn(body, parsed));
      const { ahead, work } = scanReplyAhead(segments, replyRules(action), action, this.#now);
      this.#begun = { parsed, reply, ahead };
      yield* work;
    } catch {
      // `whole` fails in the same way, where failures are answered.
    }
  }

  whole(reply: WholeReplyBytes): InspectedReply {
    return reply.status < 300 ? this.#inspect(reply) : this.#inspectError(reply);
  }

  #inspect(bytes: WholeReplyBytes): InspectedReply {
    const { prompt, action } = this.#request;
    const { body } = bytes;
    // A reply without a body (204) has nothing to judge.
    if (body.length === 0) return this.#inspectText(bytes, '', []);
    if (this.#isMedium(bytes.type)) return this.#inspectMedium(bytes);
    const parsed = this.#begun?.parsed ?? parsedBody(bytes);
    const read = this.#begun?.reply ?? this.#read(parsed.value, prompt);
    // JSON of another type is no reply: all of it is judged as text.
    if (read === null) return this.#inspectText(bytes, parsed.text, leavesOf(parsed.value, ''));
    const rules = replyRules(action);
    const reply = this.#restored(read, rules);
    this.#usage = reply.usage;
    const { policy } = action;
    const isEnforced = policy.mode === 'enforce' && policy.action.mode === 'enforce';
    let ahead = this.#begun?.ahead;
    const { verdict, settle } = judgeReserving(action.counting, isEnforced, (counting) => {
      const within = { ...action, ...(counting === undefined ? {} : { counting }) };
      const judged = judgeReply(reply, within, rules, this.#now, ahead);
      // Judged again, it has the time of another judgement.
      ahead = undefined;
      return judged;
    });
    const redactions = redactionsOf(verdict);
    const edits = [
      ...(redactions.length > 0 ? [...editsOf(redactions, reply.segments), ...nulls(reply.mirrors)] : []),
      ...(isGuarded(action.policy, rules) ? nulls(reply.unreadable) : []),
    ];
    const served = servedIn(parsed.value);
    return {
      verdict,
      ...(settle === undefined ? {} : { settle }),
      control: controlOf(verdict),
      ...(served === null ? {} : { served }),
      body: edits.length === 0 ? body : Buffer.from(withEdits(parsed, edits)),
      ...{ usage: reply.usage, calls: reply.calls, contributors: contributorsTo(reply) },
      tools: reply.calls.map((call) => call.name),
      chars: reply.segments.reduce((chars, { text }) => chars + text.length, 0),
      released: () => this.#keep(reply, edits),
    };
  }

  /** With calls as the caller gets them, so that what is judged is what runs. */
  #restored(reply: Reply, rules: readonly TextRule[]): Reply {
    const { action } = this.#request;
    if (action.pseudonyms === undefined || reply.calls.length === 0) return reply;
    const budget = new Budget(action.policy.limits.detectorMs, this.#now);
    return { ...reply, calls: reply.calls.map((call) => restoredCall(call, rules, budget)) };
  }

  /** Null for JSON other than an object, or than an array where the dialect has such replies. @throws Malformed */
  #read(value: JsonValue, prompt: Prompt): Reply | null {
    const { dialect } = this.#found;
    if (isObject(value)) return dialect.reply(value, prompt);
    return isArray(value) ? (dialect.replies?.(value, prompt) ?? null) : null;
  }

  /** References in the unchanged parts of a delivered reply may come back, and so may what it says. */
  #keep({ references = [], segments, calls }: Reply, edits: readonly Edit[]): void {
    const { action, collected, turn } = this.#request;
    const changed = new Set(edits.map(({ pointer }) => pointer));
    collected.add(references.flatMap(({ pointer, value }) => (changed.has(pointer) ? [] : [value])));
    const flow = { ...action, tainted: action.tainted || segments.some(isUntrusted) };
    collected.keep(flow);
    if (turn === null) return;
    const edited = new Map(edits.map(({ pointer, replacement }) => [pointer, replacement]));
    for (const { pointer, text, origin, channel } of segments)
      if (origin === 'assistant' && channel !== 'tool_arguments')
        turn.say(pointer, edited.get(pointer) ?? text, flow);
    for (const call of calls) turn.call(call, flow);
    turn.end(flow);
  }

  /** A reply of the dialect in this media type is one that no detector reads. */
  #isMedium(type: string): boolean {
    return this.#found.dialect.medium !== undefined && !isJson(type) && STREAM_TYPES[type] === undefined;
  }

  /** Text under the label of a medium is judged as text, and JSON as JSON. */
  #inspectMedium(bytes: WholeReplyBytes): InspectedReply {
    const { action } = this.#request;
    const kind = this.#found.dialect.medium;
    if (kind === undefined || isUtf8(bytes.body)) {
      const text = decodeUtf8(bytes.body);
      const reading = readArguments(text);
      return this.#inspectText(bytes, text, reading.kind === 'json' ? reading.leaves : null);
    }
    const media = [{ pointer: '/body', kind }];
    const reply: Reply = { model: null, segments: [], calls: [], usage: NO_USAGE, finishReasons: [], media };
    const verdict = judgeReply(reply, action, replyRules(action), this.#now);
    return { ...WITHOUT_CALLS, verdict, control: controlOf(verdict), body: bytes.body };
  }

  /** An error in a format of the server's own: all of its text is judged as output. */
  #inspectError(bytes: WholeReplyBytes): InspectedReply {
    const text = decodeUtf8(bytes.body);
    const reading = isJson(bytes.type) ? readArguments(text) : null;
    return this.#inspectText(bytes, text, reading?.kind === 'json' ? reading.leaves : null);
  }

  /** `leaves`: the strings of a JSON text; null for plain text. */
  #inspectText({ body: raw }: WholeReplyBytes, text: string, leaves: readonly Leaf[] | null): InspectedReply {
    const { action } = this.#request;
    const segments = saidIn(leaves ?? [{ pointer: '', text }]);
    const reply: Reply = { model: null, segments, calls: [], usage: NO_USAGE, finishReasons: [] };
    const verdict = judgeReply(reply, action, replyRules(action), this.#now, this.#begun?.ahead);
    const edits = editsOf(redactionsOf(verdict), segments);
    let body = raw;
    if (edits.length > 0)
      body = Buffer.from(leaves === null ? (edits[0]?.replacement ?? '') : applyEdits(text, edits));
    return { ...WITHOUT_CALLS, verdict, control: controlOf(verdict), body };
  }
}

/** What the model says, as it will come back. */
function hearing(turn: Turn, { pseudonyms }: ActionContext): NonNullable<GuardOptions['heard']> {
  const say: NonNullable<GuardOptions['heard']> = (key, piece, flow) => {
    turn.say(key, piece, flow);
  };
  return pseudonyms === undefined ? say : pseudonyms.heard(say);
}

/** What becomes other text, by a verdict or since it stood under a pseudonym. */
function redactionsOf(verdict: Verdict): readonly Redaction[] {
  return verdict.kind === 'block' ? [] : (verdict.redactions ?? []);
}

/** True if nothing but calls of tools is the reason; calls that could not be judged or reserved are none. */
function isOfCalls({ hits, code }: Block): boolean {
  const enforced = hits.filter(({ action, mode }) => action === 'block' && mode === 'enforce');
  const areCalls = enforced.length > 0 && enforced.every(({ control }) => control === 'action');
  return areCalls && code !== 'detector_unavailable';
}

/** The control that refused, else egress. */
function controlOf(verdict: Verdict): DecidingControl {
  if (verdict.kind !== 'block') return 'egress';
  return verdict.hits.some((hit) => hit.control === 'action' && hit.mode === 'enforce') ? 'action' : 'egress';
}
