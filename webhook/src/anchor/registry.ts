import {
  parseVerifier,
  type FleetLine,
  type Head,
  type JsonObject,
  type Verifier,
} from '@llm-boundary/sidecar/audit/fleet';

import {
  isSealOf,
  originIn,
  readGenesis,
  signatureIn,
  type Genesis,
  type HeadRequest,
} from './head-request.ts';
import { contentFields, type PodContent } from './pod-content.ts';

/** A pod, as verified by the API server. */
export interface PodIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** State of one log. */
export interface KnownLog {
  readonly origin: string;
  readonly verifier: Verifier;
  readonly pod: PodIdentity;
  size: number;
  hash: string;
  sealed: boolean;
  /** Time of the last head; during a replay, of the replayed one. */
  lastHeadMs: number;
  /** Time of the last line about it. */
  writtenMs: number;
  /** The newest head is in the fleet log. */
  durable: boolean;
  /** A later log of the pod names its end. */
  superseded: boolean;
}

/** A line for the fleet log. */
export interface Note {
  readonly kind: FleetLine['kind'];
  readonly fields: JsonObject;
}

export type Contradiction = Extract<FleetLine, { kind: 'contradiction' }>['reason'];

/** Why a head was not accepted. Those of `Contradiction` are evidence, the others errors or omissions. */
export type HeadRefusal =
  Contradiction | 'genesis_needed' | 'malformed' | 'signature' | 'too_often' | 'too_many_logs';

/** The result of judging one head. */
export type Judgement = {
  /** Contradictions to earlier heads; a second log is accepted and reported. */
  readonly contradictions: readonly { readonly reason: Contradiction; readonly log: string }[];
  readonly lines: readonly Note[];
} & (
  | { readonly kind: 'accepted'; readonly log: KnownLog }
  | { readonly kind: 'refused'; readonly refusal: HeadRefusal }
);

/** Minimum interval of heads of one log. */
const LEAST_MS = 1_000;
/** Limit of logs per pod; each restart of the sidecar begins one. */
const MAX_LOGS_OF_POD = 256;
/** Interval of lines about one kind of contradiction of a pod; all are counted. */
const REPEAT_MS = 60_000;

interface Asked {
  readonly request: HeadRequest;
  readonly pod: PodIdentity;
  readonly content: PodContent | null;
  readonly nowMs: number;
}

/** The length of every pod's log. Binds the first key of a log, and then rejects other keys and any rollback. No I/O. */
export class Registry {
  readonly #logs = new Map<string, KnownLog>();
  readonly #byPod = new Map<string, KnownLog[]>();
  readonly #reported = new Map<string, number>();

  get size(): number {
    return this.#logs.size;
  }

  logsOf(uid: string): readonly KnownLog[] {
    return this.#byPod.get(uid) ?? [];
  }

  logs(): IterableIterator<KnownLog> {
    return this.#logs.values();
  }

  /** Restores a head that an earlier process accepted. */
  replay(line: FleetLine, nowMs: number): void {
    if (line.kind === 'opened') {
      const verifier = parseVerifier(line.key);
      if (verifier === null) return;
      const before = line.follows === null ? undefined : this.#logs.get(line.follows);
      if (before !== undefined) before.superseded = true;
      this.#add(
        { origin: line.log, verifier, pod: line.pod, size: line.size, hash: line.hash },
        nowMs,
      ).durable = true;
    } else if (line.kind === 'head') {
      const log = this.#logs.get(line.log);
      if (log === undefined || line.size < log.size) return;
      Object.assign(log, { size: line.size, hash: line.hash, sealed: log.sealed || line.sealed });
    }
  }

  judge(asked: Asked): Judgement {
    const origin = originIn(asked.request.note);
    const log = this.#logs.get(origin);
    if (log !== undefined) return this.#next(log, asked);
    if (asked.request.genesis === null) return refused('genesis_needed');
    const genesis = readGenesis(asked.request.genesis);
    if (genesis?.verifier.name !== origin) return refused('malformed');
    return this.#first(genesis, asked);
  }

  /** The lines about it are durable. */
  written(log: KnownLog, size: number): void {
    if (log.size === size) log.durable = true;
  }

  /** Drops the logs of a deleted pod. */
  forget(uid: string): void {
    for (const { origin } of this.logsOf(uid)) this.#logs.delete(origin);
    this.#byPod.delete(uid);
  }

  #first(genesis: Genesis, asked: Asked): Judgement {
    const { pod, request, nowMs } = asked;
    const head = genesis.verifier.open(request.note);
    if (head === null) return refused('signature');
    const { identity } = genesis;
    if (identity.uid !== pod.uid || identity.namespace !== pod.namespace || identity.pod !== pod.name)
      return this.#contradicts('other_pod', head, null, asked);
    const isFirstLine = head.size === 1;
    if (head.size < 1 || (isFirstLine && head.hash !== genesis.hash) || !fits(request, head))
      return refused('malformed');
    const before = this.logsOf(pod.uid).filter(({ superseded }) => !superseded);
    if (this.logsOf(pod.uid).length >= MAX_LOGS_OF_POD) return refused('too_many_logs');
    const named = before.filter((one) => isNamed(one, genesis));
    for (const one of named) one.superseded = true;
    const second = before.length > named.length;
    const log = this.#add(
      { origin: head.origin, verifier: genesis.verifier, pod, size: head.size, hash: head.hash },
      nowMs,
    );
    const opened: Note = {
      kind: 'opened',
      fields: {
        ...ofHead(head),
        follows: named.at(-1)?.origin ?? null,
        genesis: genesis.hash,
        key: genesis.verifier.key,
        pod: { ...pod },
        policy: genesis.policy,
        ...contentFields(asked.content),
      },
    };
    log.sealed = request.seal !== null;
    const contradiction = second ? [this.#note('second_log', head, before[0] ?? null, asked)] : [];
    return {
      kind: 'accepted',
      contradictions: second ? [{ reason: 'second_log', log: head.origin }] : [],
      lines: [opened, headLine(log, head, asked), ...contradiction.flat()],
      log,
    };
  }

  #next(log: KnownLog, asked: Asked): Judgement {
    const { pod, request, nowMs } = asked;
    const head = log.verifier.open(request.note);
    if (head === null) return this.#otherKey(log, asked);
    const reason = contradictionOf(head, log, pod);
    if (reason !== null) return this.#contradicts(reason, head, log, asked);
    const grew = head.size > log.size;
    if (grew && request.seal === null && nowMs - log.writtenMs < LEAST_MS) return refused('too_often');
    if (!fits(request, head)) return refused('malformed');
    const seals = request.seal !== null && !log.sealed;
    log.sealed ||= seals;
    log.lastHeadMs = nowMs;
    const isNew = grew || seals || !log.durable;
    if (isNew) Object.assign(log, { size: head.size, hash: head.hash, writtenMs: nowMs, durable: false });
    const second = grew && log.superseded;
    const contradiction = second ? this.#note('second_log', head, log, asked) : [];
    return {
      kind: 'accepted',
      contradictions: second ? [{ reason: 'second_log', log: log.origin }] : [],
      lines: [...(isNew ? [headLine(log, head, asked)] : []), ...contradiction],
      log,
    };
  }

  /** The note has another key than the log: reported as such if its first line confirms that. */
  #otherKey(log: KnownLog, asked: Asked): Judgement {
    const { genesis, note } = asked.request;
    const other = genesis === null ? null : readGenesis(genesis);
    const head = other?.verifier.name === log.origin ? other.verifier.open(note) : null;
    return head === null ? refused('signature') : this.#contradicts('other_key', head, log, asked);
  }

  #contradicts(reason: Contradiction, head: Head, known: KnownLog | null, asked: Asked): Judgement {
    return {
      kind: 'refused',
      refusal: reason,
      contradictions: [{ reason, log: head.origin }],
      lines: this.#note(reason, head, known, asked),
    };
  }

  #note(
    reason: Contradiction,
    head: Head,
    known: KnownLog | null,
    { pod, request, nowMs }: Asked,
  ): readonly Note[] {
    const key = `${pod.uid} ${reason}`;
    if (nowMs - (this.#reported.get(key) ?? -Infinity) < REPEAT_MS) return [];
    if (this.#reported.size > 10_000) this.#reported.clear();
    this.#reported.set(key, nowMs);
    return [
      {
        kind: 'contradiction',
        fields: {
          ...ofHead(head),
          known: known === null ? null : { hash: known.hash, size: known.size },
          note: request.note,
          pod: { ...pod },
          reason,
        },
      },
    ];
  }

  #add(made: Pick<KnownLog, 'origin' | 'verifier' | 'pod' | 'size' | 'hash'>, nowMs: number): KnownLog {
    const known = this.#logs.get(made.origin);
    if (known !== undefined) return known;
    const log = {
      ...made,
      sealed: false,
      lastHeadMs: nowMs,
      writtenMs: nowMs,
      durable: false,
      superseded: false,
    };
    this.#logs.set(made.origin, log);
    this.#byPod.set(made.pod.uid, [...this.logsOf(made.pod.uid), log]);
    return log;
  }
}

function contradictionOf(head: Head, log: KnownLog, pod: PodIdentity): Contradiction | null {
  if (pod.uid !== log.pod.uid) return 'other_pod';
  if (head.size < log.size) return 'rollback';
  if (head.size === log.size) return head.hash === log.hash ? null : 'fork';
  return log.sealed ? 'after_seal' : null;
}

/** True if there is no seal, or it is the last line of the head. */
function fits({ seal }: HeadRequest, head: Head): boolean {
  return seal === null || isSealOf(seal, head);
}

/** True if the new log names the old one with at least its known length. */
function isNamed(old: KnownLog, { previous }: Genesis): boolean {
  return previous.some(
    ({ origin, size, hash }) =>
      origin === old.origin && size !== null && (size > old.size || (size === old.size && hash === old.hash)),
  );
}

function refused(refusal: HeadRefusal): Judgement {
  return { kind: 'refused', refusal, contradictions: [], lines: [] };
}

function ofHead({ origin, size, hash }: Head): {
  readonly log: string;
  readonly size: number;
  readonly hash: string;
} {
  return { log: origin, size, hash };
}

function headLine(log: KnownLog, head: Head, { request, nowMs }: Asked): Note {
  return {
    kind: 'head',
    fields: {
      ...ofHead(head),
      offset_ms: Math.round(request.time - nowMs),
      sealed: log.sealed,
      signature: signatureIn(request.note),
    },
  };
}
