import { readFile, stat } from 'node:fs/promises';

import { createCommitments, readKey, type Part } from '../../audit/record/commitment.ts';
import type { Verifier } from '../../audit/record/note.ts';
import { collect } from '../../audit/verify/collect.ts';
import { entriesIn, type Source } from '../../audit/verify/entries.ts';
import { EVERYTHING, Matcher, type Filter } from '../../audit/verify/filter.ts';
import { exportDecision, exportHeader, type ExportFormat } from '../../audit/export/export.ts';
import { verifyReceived } from '../../audit/verify/received/verify-received.ts';
import { fleetReportText, verifyFleet, type FleetOptions } from '../../audit/verify/fleet/verify-fleet.ts';
import { openCommitment, type Opening } from '../../audit/verify/opening.ts';
import { parseProof, prove, verifyProof } from '../../audit/verify/proof.ts';
import { reportText, type Report } from '../../audit/verify/report.ts';
import { describeDecision, describeEvent, plain } from '../../audit/verify/show.ts';
import { explainExchange } from '../../audit/verify/why.ts';
import type { DecisionLine, Line } from '../../audit/record/schema.ts';
import { verifyFiles, verifyLogCopy } from '../../audit/verify/verify.ts';
import { workloadNames } from '../../audit/verify/workload-names.ts';

/** Output of a command. Each call is one or more whole lines without the last newline. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Bytes as they are, to where `out` writes. */
  readonly raw: (bytes: Uint8Array) => Promise<void>;
}

/** Limit of a proof, which is one JSON document. */
const MAX_PROOF_BYTES = 64 * 1024 * 1024;

/** Exit: 0 verified, 1 tampered, 3 evidence missing, 4 intact but unanchored. @throws the file system's errors. */
export async function verifyCommand(
  source: Source,
  options: { readonly keys: readonly Verifier[]; readonly live: boolean; readonly json: boolean },
  output: Output,
): Promise<number> {
  const report = await verified(source, options);
  output.out(options.json ? JSON.stringify(report, null, 2) : reportText(report).trimEnd());
  return report.exit;
}

/**
 * Checks the collected logs of all pods against the anchor's fleet log. Exit: 0 complete, 1 tampered, 3 evidence missing, 4 unanchored.
 * @throws the file system's errors.
 */
export async function verifyFleetCommand(
  source: Source,
  options: FleetOptions & { readonly json: boolean },
  output: Output,
): Promise<number> {
  const report = await verifyFleet(copiesOf(source), options);
  output.out(options.json ? JSON.stringify(report, null, 2) : fleetReportText(report).trimEnd());
  return report.exit;
}

/** All sources, whatever their kinds. */
export function copiesOf({ paths, fromLog, fromOtlp }: Source): readonly string[] {
  return [...paths, ...(fromLog === null ? [] : [fromLog]), ...fromOtlp];
}

/** Facts and verification of the record without a fleet log. @throws the file system's errors. */
export async function verified(
  source: Source,
  options: { readonly keys: readonly Verifier[]; readonly live: boolean },
): Promise<Report> {
  if (source.fromOtlp.length > 0) return verifyReceived(source.fromOtlp, options);
  if (source.fromLog !== null) return verifyLogCopy(source.fromLog, options);
  const [path] = source.paths;
  if (path !== undefined && source.paths.length === 1) {
    const info = await stat(path);
    if (info.isFile() && info.size <= MAX_PROOF_BYTES) {
      const text = await readFile(path, 'utf8');
      const proof = text.includes('"proof"') ? parseProof(text) : null;
      if (proof !== null) return verifyProof(proof, path, options.keys);
    }
  }
  return verifyFiles(await collect(source.paths), options);
}

async function matcherOf(source: Source, filter: Filter): Promise<Matcher> {
  return new Matcher(filter, await workloadNames(filter, () => linesIn(source)));
}

async function* linesIn(source: Source): AsyncGenerator<Line> {
  for await (const { line } of entriesIn(source)) yield line;
}

/** Exit: 0, or 3 without a match. */
export async function showCommand(
  source: Source,
  filter: Filter,
  json: boolean,
  output: Output,
): Promise<number> {
  const matcher = await matcherOf(source, filter);
  let shown = 0;
  for await (const { text, line } of entriesIn(source)) {
    if (matcher.matches(line)) {
      output.out(json ? text : describeDecision(line));
      shown += 1;
    } else if (matcher.wantsEvents && matcher.isWithin(line) && !json) {
      const event = describeEvent(line);
      if (event !== null) output.out(event);
    }
  }
  if (shown > 0) return 0;
  output.err('no record matches');
  return 3;
}

/** Exit: 0, or 3 without a record. */
export async function exportCommand(
  source: Source,
  filter: Filter,
  format: ExportFormat,
  output: Output,
): Promise<number> {
  const header = exportHeader(format);
  if (header !== null) output.out(header);
  let exported = 0;
  const matcher = await matcherOf(source, filter);
  const offsets = new Map<string, number>();
  for await (const { text, line } of entriesIn(source))
    if (line.kind === 'offset') offsets.set(line.origin, line.offset_ms);
    else if (matcher.matches(line)) {
      output.out(exportDecision(format, line, text, offsets.get(line.origin) ?? null));
      exported += 1;
    }
  if (exported > 0) return 0;
  output.err('there is no record to export');
  return 3;
}

interface Gathered {
  readonly lines: readonly DecisionLine[];
  readonly shadows: readonly Extract<Line, { kind: 'shadow' }>[];
  /** The lines above as they are in the record. */
  readonly texts: readonly string[];
  readonly factsOf: (origin: string) => Parameters<typeof explainExchange>[1];
}

/** What a record holds of one exchange. */
async function gather(source: Source, exchange: string): Promise<Gathered> {
  const matcher = new Matcher({ ...EVERYTHING, exchange });
  const lines: DecisionLine[] = [];
  const shadows: Extract<Line, { kind: 'shadow' }>[] = [];
  const texts: string[] = [];
  const geneses = new Map<string, Extract<Line, { kind: 'genesis' }>>();
  const opened = new Map<string, Extract<Line, { kind: 'opened' }>>();
  const offsets = new Map<string, Extract<Line, { kind: 'offset' }>>();
  for await (const { text, line } of entriesIn(source))
    if (line.kind === 'genesis') geneses.set(line.origin, line);
    else if (line.kind === 'opened') opened.set(line.log, line);
    // The last one before the exchange; the first one, if that was sooner.
    else if (line.kind === 'offset' && (lines.length === 0 || !offsets.has(line.origin)))
      offsets.set(line.origin, line);
    else if (line.kind === 'shadow' && line.exchange === exchange) {
      shadows.push(line);
      texts.push(text);
    } else if (matcher.matches(line)) {
      lines.push(line);
      texts.push(text);
    }
  const factsOf: Gathered['factsOf'] = (origin) => ({
    genesis: geneses.get(origin) ?? null,
    opened: opened.get(origin) ?? null,
    offset: offsets.get(origin) ?? null,
  });
  return { lines, shadows, texts, factsOf };
}

/** Exit: 0, or 3 without a record of the exchange. */
export async function whyCommand(
  source: Source,
  exchange: string,
  json: boolean,
  output: Output,
): Promise<number> {
  const { lines, shadows, texts, factsOf } = await gather(source, exchange);
  const [first] = lines;
  if (json) for (const text of texts) output.out(text);
  if (first === undefined) {
    output.err(`no record of exchange ${plain(exchange)} is there`);
    return 3;
  }
  if (json) return 0;
  for (const sentence of explainExchange(lines, factsOf(first.origin), shadows)) output.out(sentence);
  return 0;
}

/** Exit: 0, or 3 without a signed record of the exchange. */
export async function proveCommand(source: Source, exchange: string, output: Output): Promise<number> {
  const proof = await prove(entriesIn(source), exchange);
  if (proof === null) {
    output.err(`no signed record of exchange ${plain(exchange)} is there`);
    return 3;
  }
  output.out(JSON.stringify(proof));
  return 0;
}

const openings: Readonly<Record<Opening, readonly [exit: number, text: string]>> = {
  match: [0, 'the body matches the commitment in the record'],
  mismatch: [1, 'the body does not match the commitment in the record'],
  absent: [3, 'no record of this exchange has a commitment for this part'],
  other_key: [3, 'the log was written with another commitment key'],
};

/** Exit: 0 the body matches, 1 it does not, 3 undetermined. */
export async function openCommand(
  source: Source,
  wanted: {
    readonly exchange: string;
    readonly part: Part;
    readonly bodyFile: string;
    readonly keyFile: string;
  },
  json: boolean,
  output: Output,
): Promise<number> {
  const commitments = createCommitments(await readKey(wanted.keyFile));
  const { exchange, part } = wanted;
  const body = await readFile(wanted.bodyFile);
  const result = await openCommitment(entriesIn(source), commitments, { exchange, part, body });
  const [exit, text] = openings[result.opening];
  if (json) output.out(JSON.stringify({ exchange, part, ...result }));
  else {
    output.out(text);
    if (result.nonce !== null)
      output.out(`commitment ${result.commitment ?? ''}\nnonce      ${result.nonce}`);
  }
  return exit;
}
