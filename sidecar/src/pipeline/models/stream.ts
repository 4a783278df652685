import type { Turn } from '../../controls/index.ts';
import type { StreamGuard } from '../../controls/stream/index.ts';
import { heartbeatOf, type Framing, type StreamReader, type WireFrame } from '../../dialects/index.ts';
import type { Refusal, Served } from '../../exchange/index.ts';
import type { GuardedStream, StreamStep } from '../inspect/inspector.ts';
import type { Collected } from '../inspect/references.ts';
import { servedInFrame } from './served.ts';

/** Number of frames searched for the ID and the model. */
const FIRST_FRAMES = 3;
const MAX_FIRST_CHARS = 65_536;

/** A model's stream: its guard decides which frames are released, its reader recognises the end of a reply. */
export class ModelStream implements GuardedStream {
  readonly #reader: StreamReader;
  readonly #guard: StreamGuard;
  readonly #framing: Framing;
  readonly #collected: Collected;
  readonly #turn: Turn | null;
  /** The decision of the last step allows the whole reply. */
  #passes = false;
  #served: Served | null = null;
  #frames = 0;
  /** That decision is durable. */
  #hasPassed = false;

  constructor(
    reader: StreamReader,
    guard: StreamGuard,
    framing: Framing,
    { collected, turn }: { readonly collected: Collected; readonly turn: Turn | null },
  ) {
    this.#reader = reader;
    this.#guard = guard;
    this.#framing = framing;
    this.#collected = collected;
    this.#turn = turn;
  }

  get held(): number {
    return this.#guard.held;
  }

  get holds(): boolean {
    return this.#guard.holds;
  }

  get chars(): number {
    return this.#guard.chars;
  }

  get isFinished(): boolean {
    return this.#guard.finished();
  }

  push(frames: readonly WireFrame[]): void {
    this.#notice(frames);
    this.#guard.push(frames);
  }

  next(): StreamStep {
    const step = this.#guard.next();
    if (step.kind === 'release') this.#released(step.references);
    if (step.kind !== 'record') return step;
    this.#passes = step.control === 'egress' && step.verdict.kind !== 'block';
    const { control, verdict, tools, calls } = step;
    for (const call of calls) this.#turn?.call(call, this.#guard.flow);
    // The last decision of a reply: on its end, or to withhold it.
    const last = control === 'egress' || verdict.kind === 'block';
    if (last) this.#turn?.end(this.#guard.flow);
    const usage = control === 'egress' ? this.#guard.facts.usage : null;
    const served = this.#served === null ? {} : { served: this.#served };
    const { contributors } = this.#guard;
    return {
      kind: 'record',
      control,
      verdict,
      tools,
      calls,
      usage,
      ...served,
      contributors,
      last,
      answer: null,
    };
  }

  /** Servers report them in the first event, some after an empty one. */
  #notice(frames: readonly WireFrame[]): void {
    for (const frame of frames) {
      if (this.#served !== null || this.#frames >= FIRST_FRAMES) return;
      this.#frames += 1;
      if (frame.data !== null && frame.data.length <= MAX_FIRST_CHARS)
        this.#served = servedInFrame(frame.data);
    }
  }

  recorded(): void {
    this.#guard.recorded();
    this.#hasPassed ||= this.#passes;
    this.#keep();
  }

  #released(references: readonly string[]): void {
    if (references.length === 0) return;
    this.#collected.add(references);
    this.#keep();
  }

  /** References are kept only if the reply is not withheld. */
  #keep(): void {
    if (this.#hasPassed) this.#collected.keep(this.#guard.flow);
  }

  end(): 'more' | 'complete' | 'broken_off' {
    if (this.#guard.end()) return 'more';
    return this.#guard.finished() ? 'complete' : 'broken_off';
  }

  /**
   * An error if the client already has a tool call: agent loops run the calls of a reply that ends cleanly, whatever the finish reason, and
   * would treat the refusal as success.
   */
  finish(refusal: Refusal): string {
    const end = this.#guard.finish(refusal);
    return end !== '' && this.#guard.hasHandedOver ? this.raise(refusal) : end;
  }

  heartbeat(): string {
    return this.#reader.heartbeat?.() ?? heartbeatOf(this.#framing);
  }

  raise(refusal: Refusal): string {
    return this.#reader.raise(refusal);
  }
}
