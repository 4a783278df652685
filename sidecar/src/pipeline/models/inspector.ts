import { instructionsIn, judgeRequest, type Judged } from '../../controls/index.ts';
import {
  applyEdits,
  isArray,
  isObject,
  Malformed,
  parseJson,
  type FoundDialect,
  type JsonObject,
  type JsonValue,
  type ParsedJson,
} from '../../dialects/index.ts';
import type { Exchange, Prompt } from '../../exchange/index.ts';
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
import { ModelReply } from './reply.ts';

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
      return { kind: 'open', hasBody: false, inspect: () => this.#inspect(null, context) };
    const fault = dialect.ignoresContentType === true ? null : jsonFault(head);
    if (fault !== null) return this.#unreadable(fault);
    return { kind: 'open', hasBody: true, inspect: (body) => this.#inspect(body ?? EMPTY, context) };
  }

  #inspect(body: Buffer | null, context: InspectionContext): InspectedRequest {
    const { dialect, match } = this.#found;
    let parsed: ParsedJson;
    let prompt: Prompt;
    try {
      parsed = body === null ? NO_BODY : parseJson(withoutMark(body));
      prompt = dialect.prompt(parsed.value, match);
    } catch (error) {
      if (error instanceof Malformed) return this.#unreadable(error);
      throw error;
    }
    const references = new References(context);
    const { media } = prompt;
    const instructions = instructionsFor(prompt, references);
    const exchange: Exchange = {
      ...context.exchange,
      dialect: dialect.id,
      prompt: { ...prompt, media: references.undecided(media), instructions },
      recallsUntrusted: references.recallUntrusted(media),
    };
    const judged = judgeRequest(exchange, context.policy, context.now);
    return {
      kind: 'read',
      refusals: dialect,
      verdict: judged.verdict,
      control: controlOf(judged),
      model: prompt.model,
      tools: prompt.offers.map((offer) => offer.name),
      calls: [],
      trust: {
        origins: [...new Set(prompt.segments.map(({ origin }) => origin))].sort(),
        tainted: judged.action.tainted,
      },
      chars: prompt.segments.reduce((chars, { text }) => chars + text.length, 0),
      passed: passedBody(body, parsed, prompt, judged),
      reply: new ModelReply(
        this.#found,
        {
          prompt,
          action: judged.action,
          collected: references.collect(instructions),
          isStateless: isStateless(dialect.id, parsed.value),
        },
        context.now,
      ),
    };
  }

  #unreadable(fault: Malformed): UnreadableRequest {
    return { kind: 'unreadable', refusals: this.#found.dialect, code: 'request_malformed', fault };
  }
}

/** System texts that a reply which is fetched apart from its prompt must not repeat; null for other prompts, or if they are not known. */
function instructionsFor(prompt: Prompt, references: References): readonly string[] | null {
  if (prompt.isFetch === true) return references.recallInstructions(prompt.media);
  return prompt.isBackground === true ? instructionsIn(prompt) : null;
}

const EMPTY = Buffer.alloc(0);
const NO_BODY: ParsedJson = { value: {}, text: '' };

function passedBody(
  body: Buffer | null,
  { text }: ParsedJson,
  { segments }: Prompt,
  { verdict }: Judged,
): Buffer | null {
  switch (verdict.kind) {
    case 'allow':
      return body;
    case 'redact':
      return Buffer.from(applyEdits(text, editsOf(verdict.redactions, segments)));
    case 'block':
      return null;
    default:
      return verdict satisfies never;
  }
}

/** Members that make the provider store or run something for this request. */
const KEEPING = ['store', 'background', 'conversation', 'container', 'mcp_servers'];

/** True if the provider keeps nothing of the request. The Responses API stores it by default. */
function isStateless(dialect: FoundDialect['dialect']['id'], request: JsonObject): boolean {
  if (dialect === 'openai-responses' && request['store'] !== false) return false;
  return !KEEPING.some((name) => isSet(request[name])) && runsNothing(request['tools']);
}

function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}

/** True if the client runs all tools. Those of a provider may have run before the connection was reset. */
function runsNothing(tools: JsonValue | undefined): boolean {
  if (!isSet(tools)) return true;
  return isArray(tools) && tools.every((tool) => isObject(tool) && isOfClient(tool));
}

function isOfClient(tool: JsonObject): boolean {
  const { type } = tool;
  if (type === 'function' || type === 'custom') return true;
  // Anthropic's own tools have a type with a date; Gemini's are members with names of their own.
  const declared = ['name', 'function', 'functionDeclarations', 'function_declarations'];
  return type === undefined && Object.keys(tool).some((name) => declared.includes(name));
}

/** The control that refused, else ingress. */
function controlOf({ verdict }: Judged): DecidingControl {
  if (verdict.kind !== 'block') return 'ingress';
  const enforced = verdict.hits.find((hit) => hit.mode === 'enforce' && hit.action === 'block');
  return enforced?.control === 'action' ? 'action' : 'ingress';
}
