import { foundInPrompt } from '../../conditions/index.ts';
import {
  instructionsIn,
  judgeRequest,
  openingOf,
  scanRequestAhead,
  Turn,
  withPasted,
  type Account,
  type Ahead,
  type Definitions,
  type Judged,
  type Spending,
} from '../../controls/index.ts';
import {
  applyEdits,
  Malformed,
  offerHash,
  parseJson,
  type FoundDialect,
  type JsonObject,
} from '../../dialects/index.ts';
import type { Exchange, Origin, Prompt, Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { withoutMark } from '../inspect/decode.ts';
import { editsOf } from '../inspect/edits.ts';
import type {
  DecidingControl,
  InspectedRequest,
  InspectionContext,
  Inspector,
  OpenedRequest,
  RequestHead,
  UnreadableRequest,
} from '../inspect/inspector.ts';
import { jsonFault } from '../inspect/media-type.ts';
import { References } from '../inspect/references.ts';
import { LONG_BODY } from '../inspect/turns.ts';
import { AskedModel } from './asked-model.ts';
import { isKept, isStateless } from './stateless.ts';
import { ModelReply } from './reply.ts';
import { withoutOffers } from './stripped-body.ts';

/** An exchange in a dialect of models. */
export class ModelInspector implements Inspector {
  readonly #found: FoundDialect;

  constructor(found: FoundDialect) {
    this.#found = found;
  }

  get dialect(): FoundDialect['dialect']['id'] {
    return this.#found.dialect.id;
  }

  get refusals(): FoundDialect['dialect'] {
    return this.#found.dialect;
  }

  open(head: RequestHead, context: InspectionContext): OpenedRequest {
    const { dialect, match } = this.#found;
    if (match.hasBody === false)
      return { kind: 'open', hasBody: false, inspect: () => this.#inspect(null, context, () => NO_BODY) };
    const form = formReader(dialect, head);
    const fault = form !== null || dialect.ignoresContentType === true ? null : jsonFault(head);
    if (fault !== null) return this.#unreadable(fault);
    const read = form ?? readJson;
    let begun: Begun | null = null;
    return {
      kind: 'open',
      hasBody: true,
      prepare: (body) => this.#prepare(body ?? EMPTY, context, read, (value) => (begun = value)),
      inspect: (body) => this.#inspect(body ?? EMPTY, context, read, begun),
    };
  }

  /** Reads a long body and scans it ahead. What cannot be read is left to `#inspect`. */
  *#prepare(
    body: Buffer,
    context: InspectionContext,
    read: BodyReading,
    keep: (begun: Begun) => void,
  ): Generator<undefined, void> {
    if (body.length < LONG_BODY) return;
    try {
      const asked = this.#read(body, read, context);
      const { ahead, work } = scanRequestAhead(asked.prompt, context.exchange.caller, context);
      const turn = turnOf(asked.prompt, context);
      keep({ asked, ahead, turn });
      yield* work;
      if (turn !== null) yield* ahead.during(turn.read());
    } catch {
      // `#inspect` fails in the same way, where failures are answered.
    }
  }

  /** @throws Malformed */
  #read(body: Buffer, read: BodyReading, { policy }: InspectionContext): Asked {
    const { dialect, match } = this.#found;
    const parsed = read(body);
    return { parsed, prompt: withPasted(dialect.prompt(parsed.value, match), policy.ingress.pasted) };
  }

  #inspect(
    body: Buffer | null,
    context: InspectionContext,
    read: BodyReading,
    begun: Begun | null = null,
  ): InspectedRequest {
    const { dialect } = this.#found;
    let asked: Asked;
    try {
      asked = begun?.asked ?? this.#read(body ?? EMPTY, read, context);
    } catch (error) {
      if (error instanceof Malformed) return this.#unreadable(error);
      throw error;
    }
    const { parsed, prompt } = asked;
    const references = new References(context);
    const { media } = prompt;
    const instructions = instructionsFor(prompt, references);
    const turn = begun === null ? readTurn(prompt, context) : begun.turn;
    const recalled = references.recall(media);
    const conversation = conversationOf(prompt, references, context.policy);
    const exchange: Exchange = {
      ...context.exchange,
      dialect: dialect.id,
      conversation,
      prompt: { ...prompt, media: references.undecided(media), instructions },
      recallsUntrusted: recalled.tainted || turn?.recalled.tainted === true,
      recallsPrivate: recalled.isPrivate || turn?.recalled.isPrivate === true,
    };
    const more = beside(parsed.value, context);
    const judged = judgeRequest(exchange, context.policy, context.now, begun?.ahead, more);
    turn?.learn(judged.action);
    references.extendStored(media, judged.action);
    const spending = spendingOf(exchange, context);
    const verdict = withinBudget(
      parsed.text === null ? withoutRedaction(judged.verdict) : judged.verdict,
      prompt.isFetch === true ? null : spending,
      context.policy,
    );
    const passed = passedBody(body, parsed, { prompt, stripped: judged.stripped }, verdict);
    return {
      kind: 'read',
      refusals: dialect,
      verdict,
      control: controlOf(judged),
      model: prompt.model,
      tools: prompt.offers.map((offer) => offer.name),
      calls: [],
      trust: {
        origins: originsIn(prompt),
        tainted: judged.action.tainted,
        found: foundInPrompt(prompt, {
          isStored: isKept(dialect.id, parsed.value),
          isPrivate: judged.action.isPrivate,
          hasSession: context.hasSession === true,
          members: parsed.value,
          policy: context.policy,
        }),
      },
      spending,
      chars: prompt.segments.reduce((chars, { text }) => chars + text.length, 0),
      passed,
      reply: new ModelReply(
        this.#found,
        {
          prompt,
          action: { ...judged.action, counting: context.conversations.counting(context.now) },
          collected: references.collect({ instructions, conversation }),
          turn,
          isStateless: isStateless(dialect.id, parsed.value),
          asked: new AskedModel(dialect, context.policy, { prompt, value: parsed.value }, passed),
        },
        context.now,
      ),
    };
  }

  #unreadable(fault: Malformed): UnreadableRequest {
    return { kind: 'unreadable', refusals: this.#found.dialect, code: 'request_malformed', fault };
  }
}

/** Tools of clients are known apart from those of a host that the workload calls. No MCP server has such a name. */
function beside(
  request: JsonObject,
  { exchange, memory, account }: InspectionContext,
): { readonly account?: Account; readonly definitions: Definitions } {
  const definitions: Definitions = {
    hashOf: (pointer) => offerHash(request, pointer),
    unchanged: (tool, sha256) => memory.unchanged(`tools\n${exchange.host ?? ''}`, tool, sha256),
  };
  return account === undefined ? { definitions } : { account, definitions };
}

/** Whose texts it has; what was pasted is a document. */
function originsIn({ segments }: Prompt): readonly Origin[] {
  return [
    ...new Set(segments.map(({ origin, pasted }) => (pasted === undefined ? origin : 'document'))),
  ].sort();
}

/** Null where nothing is counted by conversation. */
function conversationOf(
  prompt: Prompt,
  references: References,
  { followsConversations }: CompiledPolicy,
): string | null {
  return followsConversations ? (references.recallConversation(prompt.media) ?? openingOf(prompt)) : null;
}

/** Null where nothing is counted: no policy asks for it, or what is fetched are no tokens of a model. */
function spendingOf(exchange: Exchange, { policy, conversations, now }: InspectionContext): Spending | null {
  const { isFetch = false, fetched } = exchange.prompt;
  if (isFetch && fetched === undefined) return null;
  return conversations.spending(exchange, policy.limits.spend, now);
}

/** Only what would go on is asked: a refused request spends nothing. What was made is counted when it is fetched, and not kept back. */
function withinBudget(verdict: Verdict, spending: Spending | null, { mode }: CompiledPolicy): Verdict {
  const spent = verdict.kind === 'block' ? null : (spending?.exhausted() ?? null);
  if (spent === null) return verdict;
  const code = 'limit_exceeded';
  const hit = {
    control: 'ingress',
    rule: 'limits.spend',
    action: 'block',
    code,
    mode,
    pointer: null,
  } as const;
  const hits = [...verdict.hits, hit];
  return mode === 'observe' ? { ...verdict, hits } : { kind: 'block', hits, code, ...spent };
}

/** Null where no condition of the policy asks what was said before. */
function turnOf(prompt: Prompt, { exchange, conversations, policy, now }: InspectionContext): Turn | null {
  return policy.action.linksTurns
    ? new Turn(conversations, exchange, prompt, { policy, nowMs: now() })
    : null;
}

function readTurn(prompt: Prompt, context: InspectionContext): Turn | null {
  const turn = turnOf(prompt, context);
  turn?.readAtOnce();
  return turn;
}

/** System texts that a reply which is fetched apart from its prompt must not repeat; null for other prompts, or if they are not known. */
function instructionsFor(prompt: Prompt, references: References): readonly string[] | null {
  if (prompt.isFetch === true) return references.recallInstructions(prompt.media);
  return prompt.isBackground === true ? instructionsIn(prompt) : null;
}

const EMPTY = Buffer.alloc(0);

/** A request that was read. */
interface Asked {
  readonly parsed: ReadBody;
  readonly prompt: Prompt;
}

/** A request whose texts were scanned ahead, and read as far as the time allowed. */
interface Begun {
  readonly asked: Asked;
  readonly ahead: Ahead;
  readonly turn: Turn | null;
}

/** A body as an object. */
interface ReadBody {
  readonly value: JsonObject;
  /** The text that pointers lead into; null if nothing in the body can be replaced. */
  readonly text: string | null;
}

/** @throws Malformed */
type BodyReading = (body: Buffer) => ReadBody;

const NO_BODY: ReadBody = { value: {}, text: null };

function readJson(body: Buffer): ReadBody {
  return parseJson(withoutMark(body));
}

/** Null if the dialect has no forms, or the request is none. */
function formReader(dialect: FoundDialect['dialect'], { header }: RequestHead): BodyReading | null {
  const type = header('content-type') ?? '';
  const { readForm } = dialect;
  if (readForm === undefined || !/^multipart\//i.test(type)) return null;
  return (body) => ({ value: readForm(body, type), text: null });
}

/** The verdict on a body in which nothing can be replaced. */
function withoutRedaction(verdict: Verdict): Verdict {
  if (verdict.kind !== 'redact') return verdict;
  const [hit] = verdict.hits.filter(({ mode, action }) => mode === 'enforce' && action !== 'block');
  const detail = `nothing can be replaced in a form; a rule of ${hit?.control ?? 'ingress'} would replace part of it, and with mode observe let it pass`;
  const code = hit?.code ?? 'content_refused';
  return { kind: 'block', hits: verdict.hits, code, detail, retryAfterSeconds: null };
}

function passedBody(
  body: Buffer | null,
  { text, value }: ReadBody,
  { prompt, stripped }: { readonly prompt: Prompt; readonly stripped: readonly string[] },
  verdict: Verdict,
): Buffer | null {
  switch (verdict.kind) {
    case 'allow':
      return body;
    case 'redact':
      return text === null
        ? null
        : Buffer.from(
            withoutOffers(applyEdits(text, editsOf(verdict.redactions, prompt.segments)), value, stripped),
          );
    case 'block':
      return null;
    default:
      return verdict satisfies never;
  }
}

/** The control that refused, else ingress. */
function controlOf({ verdict }: Judged): DecidingControl {
  if (verdict.kind !== 'block') return 'ingress';
  const enforced = verdict.hits.find((hit) => hit.mode === 'enforce' && hit.action === 'block');
  return enforced?.control === 'action' ? 'action' : 'ingress';
}
