import { foundInPrompt } from '../../conditions/index.ts';
import {
  instructionsIn,
  judgeRequest,
  openingOf,
  scanRequestAhead,
  textsToClassify,
  Turn,
  withPasted,
  type Ahead,
  type Classified,
  type Judged,
  type Spending,
} from '../../controls/index.ts';
import { Malformed, type FoundDialect } from '../../dialects/index.ts';
import type { Caller, Exchange, Origin, Prompt, Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { beside } from '../inspect/beside.ts';
import { classify, knownOf, unanswered } from '../inspect/classify.ts';
import { withoutMark } from '../inspect/decode.ts';
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
import { isStateless, isStored } from '../inspect/kept.ts';
import { KeptTools } from '../inspect/kept-tools.ts';
import {
  formReader,
  NO_BODY,
  withoutRedaction,
  type BodyReading,
  type ReadBody,
} from '../inspect/read-body.ts';
import { References } from '../inspect/references.ts';
import { LONG_BODY } from '../inspect/turns.ts';
import { AskedModel } from './asked-model.ts';

import { ModelReply } from './reply.ts';
import { fetchShared, withoutShared } from './shared.ts';
import { passedBody } from './stripped-body.ts';

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
    const isAsking = (context.state ?? null) !== null || unanswered(context) !== undefined;
    const begun: Begun = { ...NOT_BEGUN };
    if (match.hasBody === false) {
      const read: Reading = () => this.#read(EMPTY, () => NO_BODY, context);
      return {
        kind: 'open',
        hasBody: false,
        ...(isAsking ? { share: () => this.#share(EMPTY, context, read, begun) } : {}),
        inspect: () => this.#inspect(null, context, read, begun),
      };
    }
    const form = formReader(dialect, head);
    const fault = form !== null || dialect.ignoresContentType === true ? null : jsonFault(head);
    if (fault !== null) return this.#unreadable(fault);
    let asked: Asked | null = null;
    const { caller } = context.exchange;
    const read: Reading = (body) =>
      (asked ??=
        form === null ? this.#readWithTools(body, caller, context) : this.#read(body, form, context));
    return {
      kind: 'open',
      hasBody: true,
      ...(isAsking ? { share: (body) => this.#share(body ?? EMPTY, context, read, begun) } : {}),
      prepare: (body) => this.#prepare(body ?? EMPTY, context, read, begun),
      inspect: (body) => this.#inspect(body ?? EMPTY, context, read, begun),
    };
  }

  /** Reads what the replicas know of references and what they counted, and has texts classified. */
  async #share(body: Buffer, context: InspectionContext, read: Reading, begun: Begun): Promise<void> {
    let prompt: Prompt;
    try {
      ({ prompt } = read(body));
    } catch {
      // `#inspect` fails in the same way, where failures are answered.
      return;
    }
    const [lacksState, classified] = await Promise.all([
      this.#lacksState(prompt, context),
      classify(textsToClassify(prompt, context.policy), context),
    ]);
    Object.assign(begun, { lacksState, classified });
  }

  async #lacksState(prompt: Prompt, context: InspectionContext): Promise<boolean> {
    if ((context.state ?? null) === null) return false;
    const references = new References(context);
    // A conversation is known by its references.
    const isKnown = await references.fetch(prompt.media);
    const exchange = this.#exchangeOf(prompt, references, context);
    return !isKnown || !(await fetchShared(exchange, spendingOf(exchange, context), context));
  }

  /** Reads a long body and scans it ahead. What cannot be read is left to `#inspect`. */
  *#prepare(
    body: Buffer,
    context: InspectionContext,
    read: Reading,
    begun: Begun,
  ): Generator<undefined, void> {
    if (body.length < LONG_BODY) return;
    try {
      const { prompt } = read(body);
      const { ahead, work } = scanRequestAhead(prompt, context.exchange.caller, context);
      const turn = turnOf(prompt, context);
      begun.ahead = { ahead, turn };
      yield* work;
      if (turn !== null) yield* ahead.during(turn.read());
    } catch {
      // `#inspect` fails in the same way, where failures are answered.
    }
  }

  /** A body of JSON; its tools are read once while they are the same. @throws Malformed */
  #readWithTools(body: Buffer, caller: Caller, context: InspectionContext): Asked {
    const asked = this.#read(body, (bytes) => TOOLS.parse(withoutMark(bytes), caller), context);
    TOOLS.keep(asked.parsed, caller);
    return asked;
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
    read: Reading,
    begun: Begun = NOT_BEGUN,
  ): InspectedRequest {
    const { dialect } = this.#found;
    const { ahead, lacksState } = begun;
    const isSigned = context.isSigned === true;
    let asked: Asked;
    try {
      asked = read(body ?? EMPTY);
    } catch (error) {
      if (error instanceof Malformed) return this.#unreadable(error);
      throw error;
    }
    const { parsed, prompt } = asked;
    const references = new References(context);
    const { media } = prompt;
    const instructions = instructionsFor(prompt, references);
    const turn = ahead === null ? readTurn(prompt, context) : ahead.turn;
    const recalled = references.recall(media);
    const own = this.#exchangeOf(prompt, references, context);
    const exchange: Exchange = {
      recallsUntrusted: recalled.tainted || turn?.recalled.tainted === true,
      recallsPrivate: recalled.isPrivate || turn?.recalled.isPrivate === true,
      ...own,
      prompt: { instructions, ...prompt, media: references.undecided(media) },
    };
    const more = beside(parsed.value, context);
    const known = knownOf(ahead, begun.classified, context);
    const judged = judgeRequest(exchange, context.policy, context.now, known, more);
    turn?.learn(judged.action);
    references.extendStored(media, judged.action);
    const spending = spendingOf(exchange, context);
    const within = withinBudget(
      parsed.text === null ? withoutRedaction(judged.verdict) : judged.verdict,
      prompt.isFetch === true ? null : spending,
      context.policy,
    );
    const verdict = lacksState ? withoutShared(within, context) : within;
    const { conversation = null } = own;
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
          isStored: isStored(dialect.id, parsed.value),
          isOutbound: context.exchange.direction === 'outbound',
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
          action: { counting: context.conversations.counting(context.now, context.state), ...judged.action },
          collected: references.collect({ instructions, conversation }),
          turn,
          isStateless: isStateless(dialect.id, parsed.value),
          asked: new AskedModel(
            dialect,
            context.policy,
            { prompt, value: parsed.value },
            // No other body may go in place of one that is signed.
            isSigned ? null : passed,
          ),
        },
        context.now,
      ),
    };
  }

  /** What an exchange is apart from what its references recall. */
  #exchangeOf(
    prompt: Prompt,
    references: References,
    { exchange, policy }: InspectionContext,
  ): Omit<Exchange, 'recallsUntrusted' | 'recallsPrivate'> {
    const conversation = conversationOf(prompt, references, policy);
    const { id, direction, host, caller } = exchange;
    return { id, direction, host, caller, dialect: this.#found.dialect.id, conversation, prompt };
  }

  #unreadable(fault: Malformed): UnreadableRequest {
    return { kind: 'unreadable', refusals: this.#found.dialect, code: 'request_malformed', fault };
  }
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

function spendingOf(
  exchange: Exchange,
  { policy, conversations, now, state }: InspectionContext,
): Spending | null {
  return conversations.spending(exchange, policy.limits, now, state);
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
const TOOLS = new KeptTools();

/** A request that was read. */
interface Asked {
  readonly parsed: ReadBody;
  readonly prompt: Prompt;
}

/** What is done before a request is judged. */
interface Begun {
  /** Its texts were scanned ahead, and it was read as far as the time allowed. */
  ahead: { readonly ahead: Ahead; readonly turn: Turn | null } | null;
  /** What the replicas counted could not be read. */
  lacksState: boolean;
  /** What the classifier says. Absent: it was not asked yet. */
  classified?: Classified | undefined;
}

const NOT_BEGUN: Begun = { ahead: null, lacksState: false };

/** @throws Malformed */
type Reading = (body: Buffer) => Asked;

/** The control that refused, else ingress. */
function controlOf({ verdict }: Judged): DecidingControl {
  if (verdict.kind !== 'block') return 'ingress';
  const enforced = verdict.hits.find((hit) => hit.mode === 'enforce' && hit.action === 'block');
  return enforced?.control === 'action' ? 'action' : 'ingress';
}
