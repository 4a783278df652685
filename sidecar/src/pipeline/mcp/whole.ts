import { isArray, Malformed, parseAnyJson, readMessages } from '../../dialects/index.ts';
import type { McpMessage, RefusalCode, Verdict } from '../../exchange/index.ts';
import { endPaced } from '../../http/outflow.ts';
import { recordAndRefuse, sendRendered } from '../refuse.ts';
import type { ReplyBody } from '../reply-body.ts';
import type { Replying } from '../reply-sink.ts';
import { outcomeOf, type Session } from '../session.ts';
import { judgedIn, readingOf, refuserOf, type McpAsked } from './asked.ts';
import { errorText } from './error-text.ts';
import { judgeBody, kindOf, passedText, toolsOf } from './judged.ts';
import { mcpReplyHeaders } from './reply-head.ts';

/** What inspecting came to. `body` is what the client may have; null where it needs none. */
interface Inspected {
  readonly verdict: Verdict;
  readonly body: Buffer | null;
  readonly tools: readonly string[];
}

const PASS: Inspected = { verdict: { kind: 'allow', hits: [] }, body: null, tools: [] };

/** A reply of an MCP server in one piece: nothing leaves before all of it has passed and the decision is durable. */
export class McpWhole implements ReplyBody {
  readonly #session: Session;
  readonly #asked: McpAsked;
  readonly #replying: Replying;
  readonly #type: string;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #over = false;

  /** `type` is the media type of the reply, in lower case, without parameters. */
  constructor(session: Session, asked: McpAsked, replying: Replying, type: string) {
    this.#session = session;
    this.#asked = asked;
    this.#replying = replying;
    this.#type = type;
  }

  data(chunk: Buffer): boolean {
    const { responseBytes } = this.#asked.scene.policy.limits;
    this.#bytes += chunk.length;
    if (this.#over) return true;
    if (this.#bytes > responseBytes) {
      this.#replying.transfer.abort();
      this.#refuse('response_malformed', `the reply is larger than limits.responseBytes (${responseBytes})`);
      return true;
    }
    this.#chunks.push(chunk);
    return true;
  }

  end(): void {
    if (this.#over) return;
    this.#finish().catch((error: unknown) => {
      this.#session.boundary.log.unexpected(this.#session.id, error);
      this.#session.response.destroy();
    });
  }

  fail(error: Error): void {
    if (!this.#over) this.#refuse('upstream_unavailable', error.message);
  }

  async #finish(): Promise<void> {
    const session = this.#session;
    const startedMs = session.boundary.now();
    const raw = Buffer.concat(this.#chunks);
    let inspected: Inspected;
    let headers: [string, string][];
    try {
      headers = mcpReplyHeaders(this.#replying.head, session.id);
      inspected = this.#inspect(raw);
    } catch (error) {
      if (error instanceof Malformed) this.#refuse('response_malformed', error.message);
      else {
        session.boundary.log.unexpected(session.id, error);
        this.#refuse('detector_unavailable', 'the reply could not be inspected');
      }
      return;
    }
    session.ownMs += session.boundary.now() - startedMs;
    const { verdict, tools, body } = inspected;
    const { way } = judgedIn(this.#asked.scene, 'server');
    const { status } = this.#replying.head;
    try {
      await session.record(session, kindOf(verdict, way), outcomeOf(verdict, status), {
        tools,
        response: raw,
      });
    } catch {
      this.#refuse('audit_unavailable', 'the decision about the reply could not be recorded', true);
      return;
    }
    if (verdict.kind === 'block') {
      const refusal = session.refusal(verdict.code, verdict.detail);
      sendRendered(
        session,
        refuserOf(this.#asked.scene, this.#asked.ids, this.#asked.batch).refuse(refusal),
        refusal,
      );
      session.end('refused', 200);
      return;
    }
    this.#send(headers, body);
    session.end('completed', status);
  }

  /** @throws Malformed */
  #inspect(raw: Buffer): Inspected {
    const { scene, method, ids, batch } = this.#asked;
    const { status } = this.#replying.head;
    if (status >= 300) return this.#inspectError(raw);
    // Accepted: any answer comes on another connection, and nobody reads what stands here.
    if (status === 202 || status === 204 || method === 'DELETE' || (method === 'POST' && ids.length === 0))
      return PASS;
    if (method === 'GET') throw new Malformed('content-type', 'must be text/event-stream');
    if (this.#type !== 'application/json') {
      throw new Malformed('content-type', 'must be application/json or text/event-stream');
    }
    const { text, value } = parseAnyJson(raw);
    if (isArray(value) && !batch) throw new Malformed('body', 'a batch answers no single message');
    return this.#judge(text, raw, readMessages(value, readingOf(scene, 'server')));
  }

  /** An error of the server's own, whatever its shape: all of its text counts. @throws Malformed */
  #inspectError(raw: Buffer): Inspected {
    if (raw.length === 0) return PASS;
    const { text, message, bytes } = errorText(
      raw,
      this.#type,
      readingOf(this.#asked.scene, 'server').origin,
    );
    return this.#judge(text, raw, [message], bytes);
  }

  #judge(
    text: string,
    raw: Buffer,
    messages: readonly McpMessage[],
    bytes = (edited: string): Buffer => Buffer.from(edited),
  ): Inspected {
    const context = judgedIn(this.#asked.scene, 'server');
    const judged = judgeBody(text, messages, context, this.#session.boundary.now);
    const { verdict } = judged;
    const body = verdict.kind === 'redact' ? bytes(passedText(judged)) : raw;
    return { verdict, body, tools: toolsOf(messages) };
  }

  #send(headers: [string, string][], body: Buffer | null): void {
    const { response } = this.#session;
    if (response.destroyed) return;
    const { status } = this.#replying.head;
    if (status !== 204) headers.push(['content-length', String(body?.length ?? 0)]);
    response.writeHead(status, headers.flat());
    endPaced(response, body ?? undefined, this.#session.boundary.stallTimeoutMs);
  }

  #refuse(code: RefusalCode, detail: string, unrecorded = false): void {
    this.#over = true;
    const session = this.#session;
    const refuser = refuserOf(this.#asked.scene, this.#asked.ids, this.#asked.batch);
    void recordAndRefuse(session, refuser, 'close', session.refusal(code, detail), { unrecorded });
  }
}
