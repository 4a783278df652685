import { isGuarded, judgeReply, replyRules } from '../controls/index.ts';
import {
  applyEdits,
  argumentLeaves,
  Malformed,
  parseAnyJson,
  parseJson,
  type Edit,
} from '../dialects/index.ts';
import type { Reply, Usage, Verdict } from '../exchange/index.ts';
import { replyHeaders, replyTrailers } from '../http/hop-by-hop.ts';
import { endPaced } from '../http/outflow.ts';
import { editsOf } from './edits.ts';
import { codeOfFault, DECISION_HEADER, recordAndRefuse, sendRendered } from './refuse.ts';
import type { ReplyContext } from './reply-context.ts';
import type { ReplyBody, Trailers } from './reply-body.ts';
import { outcomeOf } from './session.ts';

const NO_USAGE: Usage = { inputTokens: null, outputTokens: null };

/** What inspecting a whole reply came to. `body` is what the client may have. */
interface Inspected {
  readonly verdict: Verdict;
  readonly body: Buffer;
  readonly usage: Usage | null;
  readonly tools: readonly string[];
}

/** Inspects a reply in one piece: nothing leaves before all of it has passed and the decision is durable. */
export class WholeReply implements ReplyBody {
  readonly #context: ReplyContext;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #trailers: Trailers = [];
  #refused = false;

  readonly #type: string;

  /** `type` is the media type of the reply, in lower case, without parameters. */
  constructor(context: ReplyContext, type: string) {
    this.#context = context;
    this.#type = type;
  }

  data(chunk: Buffer): boolean {
    this.#bytes += chunk.length;
    const { responseBytes } = this.#context.asked.action.policy.limits;
    if (this.#refused) return true;
    if (this.#bytes > responseBytes) {
      this.#context.transfer.abort();
      this.#refuse('response_malformed', `the reply is larger than limits.responseBytes (${responseBytes})`);
      return true;
    }
    this.#chunks.push(chunk);
    return true;
  }

  end(trailers: Trailers): void {
    if (this.#refused) return;
    this.#trailers = trailers;
    this.#finish().catch((error: unknown) => {
      const { session } = this.#context;
      session.boundary.log.unexpected(session.id, error);
      session.response.destroy();
    });
  }

  fail(error: Error): void {
    if (!this.#refused) this.#refuse(codeOfFault(error), error.message);
  }

  #refuse(
    code: 'response_malformed' | 'upstream_unavailable' | 'detector_unavailable',
    detail: string,
  ): void {
    this.#refused = true;
    const { session, found } = this.#context;
    void recordAndRefuse(session, found.dialect, 'close', session.refusal(code, detail));
  }

  async #finish(): Promise<void> {
    const { session, asked } = this.#context;
    const startedMs = session.boundary.now();
    const raw =
      this.#chunks.length === 1 && this.#chunks[0] !== undefined
        ? this.#chunks[0]
        : Buffer.concat(this.#chunks);
    let inspected: Inspected;
    try {
      inspected = this.#context.head.status < 300 ? this.#inspect(raw) : this.#inspectError(raw);
    } catch (error) {
      if (error instanceof Malformed) {
        this.#refuse('response_malformed', error.message);
        return;
      }
      session.boundary.telemetry.detectorError('egress');
      session.boundary.log.unexpected(session.id, error);
      this.#refuse('detector_unavailable', 'the reply could not be inspected');
      return;
    }
    const { verdict, body, usage, tools } = inspected;
    const kind =
      verdict.kind === 'block' &&
      verdict.hits.some((hit) => hit.control === 'action' && hit.mode === 'enforce')
        ? 'action'
        : 'egress';
    try {
      const facts = { model: asked.prompt.model, usage, tools, response: raw };
      await session.record(session, kind, outcomeOf(verdict, this.#context.head.status), facts);
    } catch {
      return recordAndRefuse(
        session,
        this.#context.found.dialect,
        'close',
        session.refusal('audit_unavailable'),
        { unrecorded: true },
      );
    }
    if (verdict.kind === 'block') this.#withhold(verdict);
    else this.#send(body);
    session.ownMs += session.boundary.now() - startedMs;
    session.end(verdict.kind === 'block' ? 'refused' : 'completed', session.response.statusCode);
  }

  #inspect(raw: Buffer): Inspected {
    const { found, asked, session } = this.#context;
    if (this.#type !== 'application/json')
      throw new Malformed('content-type', 'the model server must answer with application/json here');
    const parsed = parseJson(raw);
    const reply = found.dialect.reply(parsed.value, asked.prompt);
    for (const { text } of reply.segments) session.metered(text.length);
    const rules = replyRules(asked.action);
    const verdict = judgeReply(reply, asked.action, rules, session.boundary.now);
    const edits = [
      ...(verdict.kind === 'redact'
        ? [...editsOf(verdict.redactions, reply.segments), ...nulls(reply.mirrors)]
        : []),
      ...(isGuarded(asked.action.policy, rules) ? nulls(reply.unreadable) : []),
    ];
    const body = edits.length === 0 ? raw : Buffer.from(applyEdits(parsed.text, edits));
    return { verdict, body, usage: reply.usage, tools: reply.calls.map((call) => call.name) };
  }

  /** An error of the server's own: its shape is anybody's, so every text in it is scanned as output. */
  #inspectError(raw: Buffer): Inspected {
    const { asked, session } = this.#context;
    const json = this.#type === 'application/json' && raw.length > 0;
    const text = json ? parseAnyJson(raw).text : utf8(raw);
    const leaves = json ? argumentLeaves(text) : [{ pointer: '', text }];
    const segments = leaves.map((leaf) => ({ ...leaf, origin: 'assistant', channel: 'content' }) as const);
    const reply: Reply = { model: null, segments, calls: [], usage: NO_USAGE, finishReasons: [] };
    const verdict = judgeReply(reply, asked.action, replyRules(asked.action), session.boundary.now);
    const edits = verdict.kind === 'redact' ? editsOf(verdict.redactions, segments) : [];
    let body = raw;
    if (edits.length > 0) body = Buffer.from(json ? applyEdits(text, edits) : (edits[0]?.replacement ?? ''));
    return { verdict, body, usage: null, tools: [] };
  }

  #withhold(verdict: Verdict & { readonly kind: 'block' }): void {
    const { session, found, asked } = this.#context;
    const refusal = session.refusal(verdict.code, verdict.detail);
    const clean = asked.action.policy.egress.onBlock === 'finish' && verdict.code !== 'detector_unavailable';
    sendRendered(
      session,
      clean ? found.dialect.withhold(refusal, asked.prompt) : found.dialect.refuse(refusal),
      refusal,
    );
  }

  #send(body: Buffer): void {
    const { session, head } = this.#context;
    const { response } = session;
    if (response.destroyed) return;
    const headers = replyHeaders(head.headers, { decoded: true });
    headers.push([DECISION_HEADER, session.id]);
    const trailers = replyTrailers(this.#trailers, teOf(session.request.headers['te']));
    if (trailers.length > 0) headers.push(['trailer', trailers.map(([name]) => name).join(', ')]);
    else headers.push(['content-length', String(body.length)]);
    response.writeHead(head.status, headers.flat());
    if (trailers.length > 0)
      response.addTrailers(trailers.map(([name, value]): [string, string] => [name, value]));
    endPaced(response, body, session.boundary.stallTimeoutMs);
  }
}

/** @throws Malformed */
function utf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Malformed('body', 'not valid UTF-8');
  }
}

function teOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

/** What repeats the text token by token would give a redaction away. */
function nulls(pointers: readonly string[] = []): readonly Edit[] {
  return pointers.map((pointer) => ({ pointer, replacement: null }));
}
