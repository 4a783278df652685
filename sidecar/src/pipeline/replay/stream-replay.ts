import { combineVerdicts, failedVerdict } from '../../controls/index.ts';
import { createFramer, Malformed, type Framer, type Framing } from '../../dialects/index.ts';
import {
  NO_USAGE,
  type Hit,
  type Refusal,
  type RefusalCode,
  type Usage,
  type Verdict,
} from '../../exchange/index.ts';
import type { Block, GuardedStream, ReplyInspector } from '../inspect/inspector.ts';

/** What a reply used: tokens as the server counted them, and UTF-16 code units of its text. */
export interface Used {
  readonly usage: Usage;
  readonly chars: number;
  /** The ID of the reply; null if it has none. */
  readonly id: string | null;
}

/** The stream ended too early. */
class BrokenOff extends Error {}

/** Takes a streamed reply through its guard as the sidecar would, with nothing to wait for. */
export class StreamReplay {
  readonly #inspector: ReplyInspector;
  readonly #framer: Framer;
  readonly #stream: GuardedStream;
  readonly #send: (wire: string | Uint8Array) => void;
  readonly #verdicts: Verdict[] = [];
  #usage: Usage = NO_USAGE;
  #id: string | null = null;
  #refused: Block | null = null;
  #isOver = false;
  /** More than heartbeats was sent. */
  #hasBegun = false;

  /** `send` gets what the client would. @throws DetectorUnavailable */
  constructor(inspector: ReplyInspector, framing: Framing, send: (wire: string | Uint8Array) => void) {
    this.#inspector = inspector;
    this.#framer = createFramer(framing);
    this.#stream = inspector.stream(framing);
    this.#send = send;
  }

  /** Takes bytes of the reply. False: nothing behind them counts. */
  push(bytes: Buffer): boolean {
    return this.#attempt(() => {
      this.#stream.push(this.#framer.push(bytes));
      return this.#work();
    });
  }

  /** The server ended the reply. */
  end(): void {
    this.#attempt(() => {
      this.#stream.push(this.#framer.end());
      for (;;) {
        const block = this.#work();
        if (block !== null) return block;
        const end = this.#stream.end();
        if (end === 'complete') return null;
        if (end === 'broken_off') throw new BrokenOff();
      }
    });
  }

  /** Of everything so far. */
  get verdict(): Verdict {
    return combineVerdicts(this.#verdicts);
  }

  /** What it used so far. */
  get used(): Used {
    return { usage: this.#usage, chars: this.#stream.chars, id: this.#id };
  }

  /** The refusal that the client gets in place of the reply; null where it gets a stream. */
  get refusedWhole(): Block | null {
    return this.#isUnsent() ? this.#refused : null;
  }

  #attempt(step: () => Block | null): boolean {
    if (this.#isOver) return false;
    try {
      this.#refused = step();
      this.#isOver = this.#refused !== null;
    } catch (error) {
      this.#isOver = true;
      const fault = faultVerdict(error, this.#inspector);
      this.#verdicts.push(fault);
      if (fault.kind === 'block') {
        this.#refused = fault;
        if (!this.#isUnsent()) this.#send(this.#stream.raise(refusalFor(fault)) ?? '');
      }
    }
    return !this.#isOver;
  }

  /** Follows the guard until it waits for more. What withheld the rest; null where all of it passed. */
  #work(): Block | null {
    for (;;) {
      const step = this.#stream.next();
      switch (step.kind) {
        case 'release':
          this.#send(step.wire);
          this.#hasBegun ||= step.isHeartbeat !== true;
          break;
        case 'record':
          this.#verdicts.push(step.verdict);
          this.#usage = step.usage ?? this.#usage;
          this.#id ??= step.served?.id ?? null;
          this.#stream.recorded();
          break;
        case 'withheld':
          this.#withhold(step.verdict);
          return step.verdict;
        case 'settle':
          // Nothing is shared here.
          break;
        case 'wait':
          return null;
        default:
          return step satisfies never;
      }
    }
  }

  #withhold(block: Block): void {
    const refusal = refusalFor(block);
    if (this.#inspector.endsCleanly(block)) this.#send(this.#stream.finish(refusal));
    else if (!this.#isUnsent()) this.#send(this.#stream.raise(refusal) ?? '');
  }

  /** True while the refusal can still be a response of its own. */
  #isUnsent(): boolean {
    return !this.#hasBegun && !this.#inspector.sendsHeadAtOnce;
  }
}

export function faultVerdict(error: unknown, { policy }: ReplyInspector): Verdict {
  if (error instanceof BrokenOff)
    return blockOf('upstream_unavailable', 'the stream ended before the reply was complete');
  return error instanceof Malformed ? blockOf('response_malformed', error.message) : failedVerdict(policy);
}

/** The refusal of a verdict, without an exchange that it could name. */
export function refusalFor({ code, detail, retryAfterSeconds }: Block): Refusal {
  return { code, decision: '', detail, retryAfterSeconds };
}

export function blockOf(code: RefusalCode, detail: string | null, hits: readonly Hit[] = []): Block {
  return { kind: 'block', hits, code, detail, retryAfterSeconds: null };
}
