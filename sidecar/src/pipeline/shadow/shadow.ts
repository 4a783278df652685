import type { JsonObject } from '../../audit/record/canonical.ts';
import { ConversationMemory, McpMemory } from '../../controls/index.ts';
import { callerKey, changeBetween, type Hit } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import type { Boundary } from '../context/boundary.ts';
import { anonymousHit, identified } from '../context/callers.ts';
import type { Memories } from '../context/inspection.ts';
import { Meter } from '../context/meter.ts';
import type { Shadowing, ShadowedConnection, ShadowedRequest, ShadowTap } from '../context/shadow-tap.ts';
import { ReferenceView, type ReferenceMemory } from '../inspect/reference-memory.ts';
import { isPreflight, routeOf } from '../route.ts';
import { SeenConnection } from './seen-connection.ts';
import { SeenExchange, type Entered } from './seen-exchange.ts';
import { judgeSeen, type NoOpinion, type ShadowOpinion } from './shadow-judge.ts';
import { ShadowTally } from './shadow-tally.ts';

export interface ShadowDeps {
  /** Null: none is configured. */
  readonly policy: () => CompiledPolicy | null;
  /** What the live policy has seen: read, and never changed. */
  readonly mcp: McpMemory;
  readonly references: ReferenceMemory;
  readonly conversations: ConversationMemory;
  readonly keySource: Boundary['keySource'];
  readonly telemetry: Pick<Telemetry, 'shadowJudged'>;
  readonly log: Pick<Log, 'unexpected'>;
  /** Adds a line to the record. */
  readonly append: (kind: 'shadow' | 'shadow_tally', fields: JsonObject) => Promise<void>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Calls `done` some time after so many milliseconds of work. Default: three times as long. */
  readonly rest?: (workedMs: number, done: () => void) => void;
}

type Seen = SeenExchange | SeenConnection;

const NOT_ENTERED: Entered = { identity: null, place: null };
/** Exchanges that wait to be judged. */
const MAX_WAITING = 64;
/** Bytes of exchanges under way and of those that wait. */
const MAX_BYTES = 16 * 1024 * 1024;
/** The work of a shadow takes a quarter of the time at most. */
const REST_FACTOR = 3;
const TELL_MS = 60_000;
/** Of one line. */
const MAX_HITS = 8;

/**
 * Judges exchanges under a second policy once they are over, one at a time. An exchange never waits for it, and it holds nothing by which it
 * could change one. What does not fit its bounds is counted and not judged. Owns its queue.
 */
export class Shadow implements Shadowing {
  readonly #deps: ShadowDeps;
  readonly #waiting: Seen[] = [];
  readonly #telling: NodeJS.Timeout;
  #bytes = 0;
  #running: Promise<void> | null = null;
  #isClosed = false;
  /** Ends the rest that is under way. */
  #wake: () => void = () => undefined;
  #memories: Memories | null = null;
  #meter = new Meter();
  #tally: ShadowTally | null = null;
  readonly #room = {
    take: (bytes: number): boolean => {
      if (this.#bytes + bytes > MAX_BYTES) return false;
      this.#bytes += bytes;
      return true;
    },
    give: (bytes: number): void => void (this.#bytes -= bytes),
  };

  constructor(deps: ShadowDeps) {
    this.#deps = deps;
    this.#telling = setInterval(() => void this.#tell(), TELL_MS).unref();
  }

  begin(request: ShadowedRequest): ShadowTap | null {
    const policy = this.#isClosed ? null : this.#deps.policy();
    if (policy === null) return null;
    const entered = this.#enter(request, policy);
    return new SeenExchange(request, policy, {
      room: this.#room,
      entered,
      done: (seen) => this.#ended(seen),
    });
  }

  connection(connection: ShadowedConnection): void {
    const policy = this.#isClosed ? null : this.#deps.policy();
    if (policy !== null) this.#ended(new SeenConnection(connection, policy));
  }

  /**
   * Takes a place under the limits, at once unless callers have limits of their own: those are told apart first, beside the exchange. Does not
   * reject.
   */
  async #enter(request: ShadowedRequest, policy: CompiledPolicy): Promise<Entered> {
    const meter = this.#meter;
    const { target, method, headers, caller: address } = request;
    try {
      const { perCaller, requestsPerMinute, tokensPerMinute, concurrent } = policy.limits;
      if (perCaller === null && requestsPerMinute === null && tokensPerMinute === null && concurrent === null)
        return NOT_ENTERED;
      const taken = routeOf({ ...target, method }, headers, policy);
      if (taken.kind === 'refuse' && taken.code === 'host_not_allowed') return NOT_ENTERED;
      if (perCaller === null || target.direction === 'outbound')
        return { identity: null, place: meter.enter(policy.limits, null, this.#deps.now()) };
      const verification = { nowMs: Date.now(), keySource: this.#deps.keySource, address };
      const { identity } = await identified(policy, target.direction, { ...headers }, verification);
      const anonymous = isPreflight(method, headers)
        ? null
        : anonymousHit(policy, { ...target, method }, identity);
      if (anonymous?.mode === 'enforce') return { identity, place: null };
      return {
        identity,
        place: meter.enter(policy.limits, callerKey({ address, identity }), this.#deps.now()),
      };
    } catch {
      // The exchange goes on; the shadow fails again, and is counted, when it judges.
      return NOT_ENTERED;
    }
  }

  /** Another shadow, or none, is configured: what was counted of the last one goes on the record. */
  changed(): void {
    for (const seen of this.#waiting.splice(0)) seen.release();
    void this.#tell();
    this.#tally = null;
    this.#memories = null;
    this.#meter = new Meter();
  }

  /** Puts the counts so far on the record, if there are new ones. Never rejects. */
  async #tell(): Promise<void> {
    const fields = this.#tally?.news() ?? null;
    // A record that is broken or full tells so by its own means.
    if (fields !== null) await this.#deps.append('shadow_tally', fields).catch(() => undefined);
  }

  /** Judges nothing more; what waits is counted as left out. Resolves when the last line is on the record or refused. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#telling);
    this.#wake();
    for (const seen of this.#waiting.splice(0)) this.#leave(seen, 'budget');
    await this.#running;
    await this.#tell();
  }

  #ended(seen: Seen): void {
    if (this.#isClosed || seen.shadow !== this.#deps.policy()) {
      seen.release();
      return;
    }
    if (seen.left !== null) this.#leave(seen, seen.left);
    else if (this.#waiting.length >= MAX_WAITING) this.#leave(seen, 'budget');
    else {
      this.#waiting.push(seen);
      this.#running ??= this.#run().finally(() => {
        this.#running = null;
      });
    }
  }

  #leave(seen: Seen, why: 'budget' | 'undecided' | NoOpinion): void {
    seen.release();
    const result = why === 'failed' ? 'failed' : 'skipped';
    this.#tallyOf(seen.shadow).add(result);
    this.#deps.telemetry.shadowJudged(seen.direction, result, 'none', why === 'failed' ? 'none' : why);
  }

  async #run(): Promise<void> {
    await this.#rest(0);
    for (let seen = this.#waiting.shift(); seen !== undefined; seen = this.#waiting.shift()) {
      try {
        const found = await this.#judge(seen);
        if (seen.shadow !== this.#deps.policy()) seen.release();
        else if (typeof found === 'string') this.#leave(seen, found);
        else await this.#compare(seen, found);
      } catch (error) {
        this.#deps.log.unexpected(seen.id, error);
        this.#leave(seen, 'failed');
      }
      seen.release();
    }
  }

  async #judge(seen: Seen): Promise<ShadowOpinion | NoOpinion | 'budget'> {
    if (seen instanceof SeenConnection) {
      const startedMs = this.#deps.now();
      const opinion = await seen.judge();
      await this.#rest(this.#deps.now() - startedMs);
      return opinion;
    }
    const { now, keySource } = this.#deps;
    const { shadow, target, headers, atMs } = seen;
    const verification = { nowMs: atMs, keySource, address: seen.caller };
    const { identity } = await seen.entered();
    seen.identity = identity ?? (await identified(shadow, target.direction, headers, verification)).identity;
    const steps = judgeSeen(seen, this.#memoriesOf());
    for (;;) {
      const startedMs = now();
      const step = steps.next();
      await this.#rest(now() - startedMs);
      if (this.#isClosed) return 'budget';
      if (step.done === true) return step.value;
    }
  }

  async #compare(seen: Seen, opinion: ShadowOpinion): Promise<void> {
    const { live } = opinion;
    const { telemetry, append } = this.#deps;
    const { direction } = seen;
    const change = changeBetween(live, opinion);
    const tally = this.#tallyOf(seen.shadow);
    if (change === null) {
      tally.add('same');
      telemetry.shadowJudged(direction, 'same', 'none', 'none');
      return;
    }
    tally.add(change);
    const decided = change === 'would_allow' ? live : opinion;
    telemetry.shadowJudged(direction, change, decided.control, decided.code ?? 'none');
    if (!tally.mayRecord(this.#deps.now())) return;
    const { shadow, id } = seen;
    await append('shadow', {
      change,
      code: opinion.code,
      control: decided.control,
      dialect: seen.dialect,
      direction,
      exchange: id,
      hits: opinion.hits.slice(0, MAX_HITS).map(fieldsOf),
      live: { code: live.code, verdict: live.verdict },
      policy: { generation: shadow.generation, name: shadow.name, sha256: shadow.sha256 },
      verdict: opinion.verdict,
    }).catch(() => tally.add('unrecorded'));
  }

  #memoriesOf(): Memories {
    const { mcp, references, conversations, now } = this.#deps;
    this.#memories ??= {
      memory: new McpMemory(mcp),
      references: new ReferenceView(references),
      conversations: new ConversationMemory(conversations),
      now,
    };
    return this.#memories;
  }

  #tallyOf(policy: CompiledPolicy): ShadowTally {
    if (this.#tally?.sha256 !== policy.sha256) this.#tally = new ShadowTally(policy);
    return this.#tally;
  }

  #rest(workedMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      (this.#deps.rest ?? rest)(workedMs, resolve);
    });
  }
}

function rest(workedMs: number, done: () => void): void {
  setTimeout(done, workedMs * REST_FACTOR);
}

/** As in the lines of decisions. */
function fieldsOf({ action, code, control, decoded, mode, pointer, rule, score }: Hit): JsonObject {
  return {
    ...{ action, code, control, mode, rule: rule.slice(0, 256) },
    pointer: pointer === null ? null : pointer.slice(0, 256).toWellFormed(),
    ...(score === undefined ? {} : { score: Math.round(score * 1_000) }),
    ...(decoded === undefined ? {} : { decoded }),
  };
}
