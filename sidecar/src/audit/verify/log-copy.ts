/** A possible audit line. */
export interface Candidate {
  readonly text: string;
  readonly origin: string;
}

const originPattern = /"origin":"([^"\\]{1,512}\/chain\/[0-9a-f]{16})"/;

/**
 * The audit line in a line of a container's log, after the prefixes of `kubectl logs --timestamps` and `--prefix`, of CRI log files (`TIME
 * stdout F LINE`) or inside Docker's `{"log":"LINE\n",…}`. Null if there is none. Only lines with an origin and a previous hash count, so
 * that other JSON lines are ignored.
 */
export function auditLineIn(line: string): Candidate | null {
  const start = line.indexOf('{"');
  if (start < 0) return null;
  const text = unwrapped(line.slice(start).trimEnd());
  if (!text.includes('"prev":"')) return null;
  const origin = originPattern.exec(text)?.[1];
  return origin === undefined ? null : { text, origin };
}

/** Docker's json-file driver wraps the line in a member. */
function unwrapped(text: string): string {
  if (!text.startsWith('{"log":"')) return text;
  try {
    const wrapper = JSON.parse(text) as { readonly log?: unknown };
    return typeof wrapper.log === 'string' ? wrapper.log.trimEnd() : text;
  } catch {
    return text;
  }
}
