import { isDecision, isFleetLine, type DecisionLine, type Line } from '../record/schema.ts';
import { isDeciding, NameTable, type NameRow } from './name-table.ts';
import { PolicyTable, type PolicyRow } from './policy-table.ts';
import type { Table } from './rows.ts';
import { RuleTable, type RuleRow } from './rule-table.ts';
import { SeenPlaces } from '../verify/seen-places.ts';
import { TimelineCounts, type Timeline } from './timeline.ts';

interface Totals {
  readonly decisions: number;
  /** Number of exchanges; a lower bound if `exchangesCut`. */
  readonly exchanges: number;
  readonly exchangesCut: boolean;
  readonly refused: number;
  readonly redacted: number;
  /** Allowed, where a rule in mode `observe` would have refused or redacted. */
  readonly observed: number;
  /** Not inspected: listed routes, opaque connections. */
  readonly uninspected: number;
  /** Decisions without a loaded policy. */
  readonly withoutPolicy: number;
  /** Decisions on inbound requests without a verified caller on the record. */
  readonly withoutCaller: number;
  /** Decisions on requests with untrusted text. */
  readonly tainted: number;
  readonly upstreamFailed: number;
  /** As model servers count them; null if none did. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
}

/** Events of the record itself. */
interface RecordEvents {
  /** Logs with a decision in this time. */
  readonly logs: number;
  /** Decisions without a record, which policy allows. */
  readonly lost: number;
  readonly prunedFiles: number;
  readonly clockJumps: number;
  /** Logs whose clock was compared with the anchor's, and the largest difference in milliseconds at their last comparison; null without one. */
  readonly comparedClocks: number;
  readonly largestOffsetMs: number | null;
  /** Killed processes, as recorded by their successors. */
  readonly recovered: number;
  /** Decisions with names or hits omitted for their length. */
  readonly cut: number;
  /** Versions of the sidecar. */
  readonly versions: readonly string[];
}

/** Facts of a record in a time range. Names come from callers, models and servers. */
export interface Facts {
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly totals: Totals;
  readonly workloads: Table<NameRow>;
  /** Verified callers: issuer, and keyed digest of the subject. */
  readonly callers: Table<NameRow>;
  readonly models: Table<NameRow>;
  readonly tools: Table<NameRow>;
  readonly hosts: Table<NameRow>;
  readonly routes: Table<NameRow>;
  readonly policies: Table<PolicyRow>;
  /** Rules that were applied. */
  readonly enforced: Table<RuleRow>;
  /** Rules in mode `observe`. */
  readonly observed: Table<RuleRow>;
  readonly timeline: Timeline;
  readonly events: RecordEvents;
}

export interface Period {
  /** RFC 3339 in UTC with milliseconds; null: from the first line. */
  readonly from: string | null;
  /** Null: up to the last line. */
  readonly to: string | null;
}

/** About 100 bytes each. */
const MAX_EXCHANGES = 5_000_000;
const MAX_VERSIONS = 20;

type MutableTotals = { -readonly [Key in keyof Totals]: Totals[Key] };

/** Aggregates the lines of a record, in any order; repeated lines are ignored. */
export class FactsOfRecord {
  readonly #period: Period;
  readonly #seen = new SeenPlaces();
  readonly #exchanges = new Set<string>();
  readonly #names = {
    workloads: new NameTable(),
    callers: new NameTable(),
    models: new NameTable(),
    tools: new NameTable(),
    hosts: new NameTable(),
    routes: new NameTable(),
  };
  readonly #policies = new PolicyTable();
  readonly #enforced = new RuleTable();
  readonly #observed = new RuleTable();
  readonly #timeline = new TimelineCounts();
  readonly #lost = new Map<string, number>();
  readonly #versions = new Set<string>();
  readonly #origins = new Set<string>();
  /** Origins of anchors, whose records describe other records: they are not workloads. */
  readonly #anchors = new Set<string>();
  readonly #totals: MutableTotals = {
    decisions: 0,
    exchanges: 0,
    exchangesCut: false,
    refused: 0,
    redacted: 0,
    observed: 0,
    uninspected: 0,
    withoutPolicy: 0,
    withoutCaller: 0,
    tainted: 0,
    upstreamFailed: 0,
    inputTokens: null,
    outputTokens: null,
  };
  #pruned = 0;
  #jumps = 0;
  readonly #offsets = new Map<string, number>();
  #recovered = 0;
  #cut = 0;
  #firstTime: string | null = null;
  #lastTime: string | null = null;

  constructor(period: Period) {
    this.#period = period;
  }

  add(line: Line): void {
    if (isFleetLine(line)) this.#anchors.add(workloadOf(line.origin));
    if (line.kind === 'checkpoint' || isFleetLine(line) || !this.#seen.isNew(line.origin, line.seq)) return;
    const isWithin = this.#contains(line.time);
    this.#policies.add(line, isWithin);
    // Holds until the next one, also in a later period.
    if (line.kind === 'offset' && !this.#isAfter(line.time))
      this.#offsets.set(line.origin, Math.abs(line.offset_ms));
    if (!isWithin) return;
    if (isDecision(line)) this.#decision(line);
    else {
      this.#names.workloads.see(workloadOf(line.origin), line.time);
      this.#event(line);
    }
  }

  get facts(): Facts {
    const { workloads, callers, models, tools, hosts, routes } = this.#names;
    for (const anchor of this.#anchors) workloads.remove(anchor);
    return {
      firstTime: this.#firstTime,
      lastTime: this.#lastTime,
      totals: { ...this.#totals, exchanges: this.#exchanges.size },
      workloads: workloads.table,
      callers: callers.table,
      models: models.table,
      tools: tools.table,
      hosts: hosts.table,
      routes: routes.table,
      policies: this.#policies.table,
      enforced: this.#enforced.table,
      observed: this.#observed.table,
      timeline: this.#timeline.timeline,
      events: {
        logs: this.#origins.size,
        lost: [...this.#lost.values()].reduce((sum, lost) => sum + lost, 0),
        prunedFiles: this.#pruned,
        clockJumps: this.#jumps,
        ...this.#clocks(),
        recovered: this.#recovered,
        cut: this.#cut,
        versions: [...this.#versions].sort(),
      },
    };
  }

  #clocks(): Pick<RecordEvents, 'comparedClocks' | 'largestOffsetMs'> {
    const all = [...this.#offsets].flatMap(([origin, ms]) => (this.#origins.has(origin) ? [ms] : []));
    const largestOffsetMs = all.length === 0 ? null : all.reduce((most, ms) => Math.max(most, ms), 0);
    return { comparedClocks: all.length, largestOffsetMs };
  }

  #isAfter(time: string): boolean {
    const { to } = this.#period;
    return to !== null && time > to;
  }

  #contains(time: string): boolean {
    const { from, to } = this.#period;
    return (from === null || time >= from) && (to === null || time <= to);
  }

  #decision(line: DecisionLine): void {
    const { time } = line;
    this.#origins.add(line.origin);
    if (this.#firstTime === null || time < this.#firstTime) this.#firstTime = time;
    if (this.#lastTime === null || time > this.#lastTime) this.#lastTime = time;
    if (this.#exchanges.size < MAX_EXCHANGES) this.#exchanges.add(line.exchange);
    else if (!this.#exchanges.has(line.exchange)) this.#totals.exchangesCut = true;
    this.#count(line);
    this.#nameAll(line);
    this.#timeline.add(line);
    const enforced = line.hits.filter(({ mode }) => mode === 'enforce');
    this.#enforced.addHits(enforced, time);
    this.#observed.addHits(
      line.hits.filter(({ mode }) => mode === 'observe'),
      time,
    );
    if (line.verdict === 'block' && enforced.length === 0) this.#enforced.addCode(line.code ?? 'none', time);
    if (line.cut !== undefined) this.#cut += 1;
  }

  #count(line: DecisionLine): void {
    const totals = this.#totals;
    if (isDeciding(line)) this.#countDeciding(line);
    if (line.verdict === 'block') totals.refused += 1;
    if (line.verdict === 'redact') totals.redacted += 1;
    if (line.verdict !== 'block' && line.hits.some(({ mode }) => mode === 'observe')) totals.observed += 1;
    if (line.tainted === true) totals.tainted += 1;
    if (line.outcome === 'upstream_failed') totals.upstreamFailed += 1;
    totals.inputTokens = sum(totals.inputTokens, line.usage?.input_tokens ?? null);
    totals.outputTokens = sum(totals.outputTokens, line.usage?.output_tokens ?? null);
  }

  #countDeciding({ policy, verdict, kind, direction, caller = null }: DecisionLine): void {
    const totals = this.#totals;
    totals.decisions += 1;
    if (policy === null) totals.withoutPolicy += 1;
    if (verdict === 'pass') totals.uninspected += 1;
    if (kind === 'ingress' && direction === 'inbound' && caller === null) totals.withoutCaller += 1;
  }

  #nameAll(line: DecisionLine): void {
    const { workloads, callers, models, tools, hosts, routes } = this.#names;
    workloads.add(workloadOf(line.origin), line);
    if (line.caller) callers.add(callerOf(line.caller), line);
    routes.add(`${line.direction} ${line.dialect}`, line);
    if (line.model !== null) models.add(line.model, line);
    for (const tool of new Set(line.tools)) tools.add(tool, line);
    const host = hostOf(line);
    if (host !== null) hosts.add(host, line);
  }

  #event(line: Line): void {
    switch (line.kind) {
      case 'heartbeat':
      case 'seal':
        // A count since the log began, so the largest is the last.
        if (line.lost > 0) this.#lost.set(line.origin, Math.max(this.#lost.get(line.origin) ?? 0, line.lost));
        break;
      case 'pruned':
        this.#pruned += 1;
        break;
      case 'clock':
        this.#jumps += 1;
        break;
      case 'recovered':
        this.#recovered += 1;
        break;
      case 'genesis':
        if (this.#versions.size < MAX_VERSIONS) this.#versions.add(line.version);
        break;
      default:
        break;
    }
  }
}

function sum(a: number | null, b: number | null): number | null {
  return b === null ? a : (a ?? 0) + b;
}

/** `CLUSTER/NAMESPACE/POD`. */
function workloadOf(origin: string): string {
  return origin.split('/').slice(0, 3).join('/');
}

/** Never the subject: a report is passed on. */
function callerOf({ issuer, digest }: NonNullable<DecisionLine['caller']>): string {
  return `${issuer} ${digest ?? '(no digest)'}`;
}

function hostOf({ host, connection }: DecisionLine): string | null {
  if (host !== undefined) return host;
  if (connection === undefined) return null;
  const name = connection.host ?? connection.address;
  return name === null || connection.port === null ? name : `${name}:${connection.port}`;
}
