import type { IncomingHttpHeaders } from 'node:http';

import {
  stricter,
  type Decision,
  type DialectId,
  type Direction,
  type Identity,
  type Judgement,
  type RefusalCode,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Target } from '../context/target.ts';
import type { Exhausted, Place } from '../context/meter.ts';
import type { ShadowedRequest, ShadowTap } from '../context/shadow-tap.ts';
import type { DecidingControl, Headers } from '../inspect/inspector.ts';

/** Memory for what exchanges were, until they are judged. */
export interface Room {
  /** False where it is taken up: nothing is held then. */
  take(bytes: number): boolean;
  give(bytes: number): void;
}

/** How an exchange begins under a shadow. */
export interface Entered {
  /** Null: anonymous, or not asked yet. */
  readonly identity: Identity | null;
  /** Its place under the limits, or which of them is used up; null where they do not count it. */
  readonly place: Place | Exhausted | null;
}

/** What an exchange is seen with. */
export interface SeenDeps {
  readonly room: Room;
  /** How it began under the shadow. Does not reject. */
  readonly entered: Promise<Entered>;
  readonly done: (seen: SeenExchange) => void;
}

/** A reply as the live policy got it. */
export interface SeenReply {
  readonly status: number;
  readonly type: string;
  readonly headers: Headers;
  readonly chunks: Buffer[];
  bytes: number;
  isComplete: boolean;
}

/** What the live policy made of an exchange, or of its request alone. */
export interface LiveJudgement extends Judgement {
  readonly control: DecidingControl;
}

/** Of one exchange. */
const MAX_BYTES = 4 * 1024 * 1024;
/** What an object costs beside the bytes it holds. */
const CHUNK_BYTES = 128;

/** Refusals that say nothing about the policies: outages, rates, and controls that ran out of time. */
export const NO_JUDGEMENT: ReadonlySet<RefusalCode> = new Set([
  'limit_exceeded',
  'detector_unavailable',
  'audit_unavailable',
  'audit_undelivered',
  'policy_unavailable',
  'upstream_unavailable',
  'shutting_down',
]);

/** One exchange as the live policy saw and judged it, until another policy has judged it too. Owns its bytes. */
export class SeenExchange implements ShadowTap {
  readonly id: string;
  readonly method: string;
  readonly target: Target;
  readonly headers: IncomingHttpHeaders;
  readonly caller: string;
  /** When it began, since the epoch. */
  readonly atMs = Date.now();
  /** Under the shadow, once that has asked. */
  identity: Identity | null = null;
  readonly livePolicy: CompiledPolicy | null;
  readonly shadow: CompiledPolicy;
  dialect: DialectId | 'opaque' = 'opaque';
  /** Decoded; null: there is none; undefined: it was not read. */
  body: Buffer | null | undefined = undefined;
  reply: SeenReply | null = null;
  /** Why it cannot be judged; null where it can. */
  left: 'budget' | 'undecided' | null = null;
  /** The limit under the shadow that was used up when it began; known once `entered` is. */
  exhausted: Exhausted | null = null;
  readonly #entered: Promise<Entered>;
  #ofRequest: LiveJudgement | null = null;
  #ofReply: LiveJudgement | null = null;
  #bytes = 0;
  readonly #room: Room;
  readonly #done: (seen: SeenExchange) => void;

  constructor(
    { id, method, target, headers, caller, live }: ShadowedRequest,
    shadow: CompiledPolicy,
    { room, entered, done }: SeenDeps,
  ) {
    this.id = id;
    this.method = method;
    this.target = target;
    this.headers = { ...headers };
    this.caller = caller;
    this.livePolicy = live;
    this.shadow = shadow;
    this.#entered = entered;
    this.#room = room;
    this.#done = done;
  }

  get direction(): Direction {
    return this.target.direction;
  }

  /** What the live policy made of the request; null where it made nothing of it. */
  get ofRequest(): LiveJudgement | null {
    return this.#ofRequest;
  }

  /** What it made of the whole exchange. */
  get ofAll(): LiveJudgement | null {
    if (this.#ofReply === null || this.#ofRequest === null) return this.#ofRequest;
    return stricter(this.#ofRequest, this.#ofReply) === this.#ofReply ? this.#ofReply : this.#ofRequest;
  }

  request(body: Buffer | null): void {
    if (this.#hold(body?.length ?? 0)) this.body = body;
  }

  decided({ kind, verdict, code, dialect }: Decision): void {
    this.dialect = dialect;
    if (kind === 'retry') return;
    if (code !== null && NO_JUDGEMENT.has(code)) {
      if (this.reply === null) this.left ??= 'undecided';
      else this.reply = null;
      return;
    }
    if (kind === 'close') {
      // The end of an exchange is no judgement, except of a reply that is too large or cannot be read.
      if (verdict === 'block' && this.reply !== null) this.#judged({ verdict, code, control: 'egress' });
      return;
    }
    this.#judged({ verdict, code, control: kind });
  }

  replied(status: number, type: string, headers: Headers): void {
    if (this.left === null) this.reply = { status, type, headers, chunks: [], bytes: 0, isComplete: false };
  }

  piece(chunk: Buffer): void {
    const { reply } = this;
    if (reply === null || !this.#hold(chunk.length)) return;
    reply.chunks.push(chunk);
    reply.bytes += chunk.length;
  }

  complete(): void {
    if (this.reply !== null) this.reply.isComplete = true;
  }

  ended(outcome: NonNullable<Decision['outcome']>, tokens: number): void {
    void this.#leave(tokens);
    // A reply that its client or its server broke off may hold text that the live policy never came to judge.
    if (outcome === 'client_aborted' || outcome === 'upstream_failed') this.reply = null;
    if (this.#ofRequest === null) this.left ??= 'undecided';
    this.#done(this);
  }

  /** Gives back its memory. Idempotent. */
  release(): void {
    this.body = undefined;
    this.reply = null;
    this.#room.give(this.#bytes);
    this.#bytes = 0;
  }

  /** Resolves when `exhausted` is known. */
  async entered(): Promise<Entered> {
    const entered = await this.#entered;
    if (entered.place !== null && 'limit' in entered.place) this.exhausted = entered.place;
    return entered;
  }

  async #leave(tokens: number): Promise<void> {
    const { place } = await this.#entered;
    if (place !== null && 'leave' in place) place.leave(tokens);
  }

  #judged(one: LiveJudgement): void {
    const before = this.reply === null ? this.#ofRequest : this.#ofReply;
    const both = before === null || stricter(before, one) === one ? one : before;
    if (this.reply === null) this.#ofRequest = both;
    else this.#ofReply = both;
  }

  #hold(length: number): boolean {
    if (this.left !== null) return false;
    const bytes = length + CHUNK_BYTES;
    if (this.#bytes + bytes > MAX_BYTES || !this.#room.take(bytes)) {
      this.left = 'budget';
      this.release();
      return false;
    }
    this.#bytes += bytes;
    return true;
  }
}
