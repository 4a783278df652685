import type { DecisionLine, Line } from '../record/schema.ts';
import { shortCall, shortCaller } from './call-text.ts';

/** Makes text from a log safe for a terminal: callers and models wrote parts of it, possibly with escape sequences. */
export function plain(text: string): string {
  return text.replace(/\p{C}/gu, '\ufffd');
}

/** One line of a timeline. */
export function describeDecision(line: DecisionLine): string {
  const verdict = line.code === null ? line.verdict : `${line.verdict} ${line.code}`;
  const parts = [
    line.time,
    String(line.seq).padStart(6),
    line.kind.padEnd(7),
    verdict,
    `${line.method} ${line.path}`,
    shortCaller(line) === null ? null : `caller ${shortCaller(line)}`,
    line.host === undefined ? null : `host ${line.host}`,
    line.status === null ? null : `status ${line.status}`,
    line.model === null ? null : `model ${line.model}`,
    line.tools.length === 0 ? null : `tools ${line.tools.join(',')}`,
    line.calls === undefined ? null : `calls ${line.calls.map(shortCall).join(' ')}`,
    line.hits.length === 0 ? null : `rules ${line.hits.map(describeHit).join(',')}`,
    line.outcome,
    line.exchange,
  ];
  return plain(parts.filter((part) => part !== null).join('  '));
}

function describeHit(hit: DecisionLine['hits'][number]): string {
  return hit.mode === 'observe' ? `${hit.rule} (observed)` : hit.rule;
}

/** A line of a timeline for an event of the log itself; null for signatures and heartbeats. */
export function describeEvent(line: Line): string | null {
  switch (line.kind) {
    case 'genesis':
      return event(
        line.time,
        line.seq,
        `log of ${line.origin} begins, sidecar ${line.version}${keeping(line.sealed)}`,
      );
    case 'recovered':
      return event(line.time, line.seq, `the process before was killed; its log: ${line.file}`);
    case 'policy':
      return event(
        line.time,
        line.seq,
        `policy ${line.policy.name} generation ${line.policy.generation} in force${keeping(line.sealed)}`,
      );
    case 'pruned':
      return event(
        line.time,
        line.seq,
        `the folder was nearly full, so its oldest file was removed: ${line.file}`,
      );
    case 'erased':
      return event(
        line.time,
        line.seq,
        `the folder of sealed bodies was full, so its oldest ${line.bodies} were removed`,
      );
    case 'seal':
      return event(line.time, line.seq, `log ends after ${line.records} records, ${line.lost} lost`);
    case 'clock':
      return event(
        line.time,
        line.seq,
        `the clock jumped by ${line.jump_ms} ms since the last ${line.since}`,
      );
    case 'offset':
      return event(line.time, line.seq, offsetText(line));
    default:
      return null;
  }
}

function keeping(sealed: { readonly recipients: readonly string[] } | undefined): string {
  return sealed === undefined ? '' : `; it keeps bodies for ${sealed.recipients.join(', ')}`;
}

/** Lead over the anchor's clock, with its error. */
export function offsetText({ offset_ms, round_trip_ms }: Extract<Line, { kind: 'offset' }>): string {
  const side = offset_ms < 0 ? 'behind' : 'ahead of';
  return `the clock is ${Math.abs(offset_ms)} ms ${side} the anchor's, give or take ${Math.ceil(round_trip_ms / 2)} ms`;
}

function event(time: string, seq: number, text: string): string {
  return plain(`${time}  ${String(seq).padStart(6)}  ${text}`);
}
