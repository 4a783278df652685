import { isClassifierEnforced, type Classified } from '../../controls/index.ts';
import { heartbeatOf, isModernMcp, type WireFrame } from '../../dialects/index.ts';
import type { McpId, Refusal } from '../../exchange/index.ts';
import type { Block, GuardedStream, ServerAnswer, StreamDecision, StreamStep } from '../inspect/inspector.ts';
import { McpFrames, type JudgedFrame } from './frame.ts';
import { controlOf } from './judged.ts';
import { errorsFor, mcpContext, type McpRequest } from './request-context.ts';

const WAIT: StreamStep = { kind: 'wait' };

/**
 * A stream of an MCP server: each frame is judged as a whole and sent once its decision is durable. Ends with an error for every request
 * without a response, unless the client can resume.
 */
export class McpStream implements GuardedStream {
  readonly held = 0;
  readonly holds = false;
  readonly chars = 0;
  readonly #request: McpRequest;
  readonly #judge: McpFrames;
  readonly #frames: WireFrame[] = [];
  /** The revision has streams that can be resumed. */
  readonly #mayResume: boolean;
  /** Requests without an answer so far. */
  readonly #waiting: Set<McpId>;
  /** The frame whose decision is being recorded, then sent. */
  #judged: JudgedFrame | null = null;
  #isRecorded = false;
  /** The classifier was asked about the next frame, and what it said. */
  #asked = false;
  #classified: Classified | undefined;
  /** The client knows what to do if the connection ends: the server numbers its events, or only tells of changes. */
  #isResumable: boolean;

  constructor(request: McpRequest, now: () => number) {
    this.#request = request;
    this.#waiting = new Set(request.ids);
    const { session, method, methods } = request;
    const isModern = isModernMcp(session.version);
    this.#isResumable = methods.includes('subscriptions/listen');
    this.#mayResume = !isModern;
    this.#judge = new McpFrames(session, now, method === 'GET' && !isModern ? session.origin : null);
  }

  push(frames: readonly WireFrame[]): void {
    this.#frames.push(...frames);
  }

  next(): StreamStep {
    const asked = this.#ask();
    if (asked !== null) return asked;
    const judged = this.#judged ?? this.#take();
    if (judged === null) return WAIT;
    if (judged.decision !== null && !this.#isRecorded) return this.#decide(judged, judged.decision);
    for (const id of judged.answered) this.#waiting.delete(id);
    this.#judged = null;
    this.#isRecorded = false;
    return { kind: 'release', wire: judged.wire };
  }

  recorded(): void {
    this.#isRecorded = true;
  }

  /** The server may end the stream at any time. */
  end(): 'complete' | 'broken_off' {
    return this.#waiting.size === 0 || this.#isResumable ? 'complete' : 'broken_off';
  }

  /** A server may send more at any time. */
  readonly isFinished = false;

  /** Never called: refusals are sent within the stream. */
  finish(refusal: Refusal): string {
    return this.raise(refusal) ?? '';
  }

  /** An error for each pending request. */
  raise(refusal: Refusal): string | null {
    if (this.#waiting.size === 0) return null;
    return `data: ${errorsFor({ ids: [...this.#waiting], batch: this.#request.batch }, refusal)}\n\n`;
  }

  heartbeat(): string {
    return heartbeatOf('sse');
  }

  /** Waits for what the classifier says of the next frame; null where it was asked, or none is. */
  #ask(): StreamStep | null {
    const [frame] = this.#frames;
    if (this.#judged !== null || frame === undefined || this.#asked) return null;
    const classify = this.#judge.classify(frame);
    if (classify === null) return null;
    this.#asked = true;
    if (!isClassifierEnforced(this.#request.session.policy)) {
      void classify();
      return null;
    }
    return {
      kind: 'settle',
      settled: async () => {
        this.#classified = await classify();
      },
    };
  }

  #take(): JudgedFrame | null {
    const frame = this.#frames.shift();
    if (frame === undefined) return null;
    const classified = this.#classified;
    this.#asked = false;
    this.#classified = undefined;
    const { id } = this.#request.session.exchange;
    const refusal = ({ code, detail }: Block): Refusal => ({
      ...{ code, decision: id, detail },
      retryAfterSeconds: null,
    });
    this.#judged = this.#judge.judge(frame, refusal, classified);
    if (this.#mayResume && namesPlace(frame)) this.#isResumable = true;
    return this.#judged;
  }

  #decide(
    { answered, unanswered }: JudgedFrame,
    { verdict, tools, calls }: NonNullable<JudgedFrame['decision']>,
  ): StreamDecision {
    const { way } = mcpContext(this.#request.session, 'server');
    const left = [...this.#waiting].filter((id) => !answered.includes(id));
    const answer: ServerAnswer | null =
      verdict.kind === 'block' && unanswered.length > 0
        ? { block: verdict, ids: unanswered, path: this.#judge.messagesAt }
        : null;
    return {
      kind: 'record',
      control: controlOf(verdict, way),
      verdict,
      tools,
      calls,
      usage: null,
      last: answered.length > 0 && left.length === 0,
      answer,
    };
  }
}

/** True if the event has an ID to resume from; events without data carry it in their bytes only. */
function namesPlace({ data, before, wire }: WireFrame): boolean {
  return /^id: ./m.test(data === null && typeof wire === 'string' ? wire : before);
}
