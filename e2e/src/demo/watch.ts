import { readdirSync, readFileSync, unwatchFile, watchFile } from 'node:fs';
import { join } from 'node:path';

/** Samples of a counter, by its labels as written in the exposition. */
export type Samples = ReadonlyMap<string, number>;

/** The decisions that the sidecar counts, from its metrics endpoint. */
export async function decisions(admin: string): Promise<Samples> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const samples = [...text.matchAll(/^llm_boundary_decisions_total\{([^}]*)\} (\d+)/gm)];
  return new Map(samples.map(([, labels = '', value = '0']) => [labels, Number(value)]));
}

/** Changes between two scrapes, except allowed ones: `control action rule`. */
export function moved(before: Samples, after: Samples): readonly string[] {
  return [...after].flatMap(([labels, value]) => {
    const label = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(labels)?.[1] ?? '';
    if (value <= (before.get(labels) ?? 0) || label('action') === 'allow') return [];
    return [
      `decisions_total{control="${label('control')}",action="${label('action')}",rule="${label('rule')}"} +${value - (before.get(labels) ?? 0)}`,
    ];
  });
}

/** The lines of the audit log about one exchange, shortened: `#seq kind verdict code`. */
export function recordsOf(auditDir: string, exchange: string): readonly string[] {
  const files = readdirSync(auditDir).filter((name) => name.endsWith('.jsonl'));
  const lines = files.flatMap((name) => readFileSync(join(auditDir, name), 'utf8').split('\n'));
  return lines.flatMap((line) => {
    if (!line.includes(exchange)) return [];
    const record = JSON.parse(line) as { seq: number; kind: string; verdict: string; code: string | null };
    return [
      `#${record.seq} ${record.kind} ${record.verdict}${record.code === null ? '' : ` ${record.code}`}`,
    ];
  });
}

/** The agent's input so far: one line per request. */
export function seenBy(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** Says from now on which policies the sidecar takes and which it rejects, from its log. Returns what ends that. */
export function followPolicy(log: string, say: (text: string) => void): () => void {
  let seen = readFileSync(log).length;
  const changed = (): void => {
    const text = readFileSync(log).subarray(seen);
    const whole = text.subarray(0, text.lastIndexOf('\n') + 1);
    seen += whole.length;
    for (const line of whole.toString().split('\n')) {
      const said = policyNews(line);
      if (said !== null) say(said);
    }
  };
  watchFile(log, { interval: 500 }, changed);
  return () => unwatchFile(log, changed);
}

/** Null: the line of the log is not about a policy. */
function policyNews(line: string): string | null {
  const about = /^\{.*"msg":"policy (loaded|rejected)/.exec(line)?.[1];
  if (about === undefined) return null;
  const { problems = [], generation } = JSON.parse(line) as {
    readonly problems?: readonly string[];
    readonly generation?: number;
  };
  if (about === 'loaded') return `policy loaded: generation ${generation ?? 'unknown'} is in force`;
  return ['policy rejected, the last good one stays in force:', ...problems].join('\n  ');
}
