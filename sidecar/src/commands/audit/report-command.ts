import {
  auditReport,
  FactsOfRecord,
  reportPage,
  verifiedAgainstFleet,
  verifiedAlone,
  type Period,
  type Verification,
} from '../../audit/report/index.ts';
import type { Verifier } from '../../audit/record/note.ts';
import type { Line } from '../../audit/record/schema.ts';
import { entriesIn, type Source } from '../../audit/verify/entries.ts';
import { linesKept } from '../../audit/verify/kept-lines.ts';
import { verifyFleet, type FleetOptions } from '../../audit/verify/fleet/verify-fleet.ts';
import { copiesOf, verified, type Output } from './commands.ts';

interface ReportOptions {
  readonly period: Period;
  /** Null: no fleet log; the record is checked with `keys`. */
  readonly fleet: FleetOptions | null;
  readonly keys: readonly Verifier[];
  readonly live: boolean;
  readonly output: 'html' | 'json';
  /** When the report is generated: RFC 3339 in UTC. */
  readonly generated: string;
}

/** Prints the report in every case. Exit: that of `verify` for the same input. @throws the file system's errors. */
export async function reportCommand(source: Source, options: ReportOptions, output: Output): Promise<number> {
  const { period, generated, fleet } = options;
  const facts = new FactsOfRecord(period);
  for await (const line of linesOf(source, fleet)) facts.add(line);
  const verification = await verify(source, options);
  const report = auditReport(facts.facts, verification, { period, generated });
  output.out(options.output === 'json' ? JSON.stringify(report, null, 2) : reportPage(report).trimEnd());
  return verification.exit;
}

async function* linesOf(source: Source, fleet: FleetOptions | null): AsyncGenerator<Line> {
  if (fleet !== null) yield* linesKept(copiesOf(source));
  else for await (const { line } of entriesIn(source)) yield line;
}

async function verify(source: Source, { fleet, keys, live }: ReportOptions): Promise<Verification> {
  if (fleet !== null) return verifiedAgainstFleet(await verifyFleet(copiesOf(source), fleet));
  return verifiedAlone(await verified(source, { keys, live }));
}
