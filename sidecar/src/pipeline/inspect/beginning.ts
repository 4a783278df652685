import type { Framing } from '../../dialects/index.ts';

/** More than any blanks that servers write first to keep a connection, and than the name of a field. Bytes. */
const MOST = 4_096;

/**
 * How a reply is cut into frames that should be whole by its media type, or by nothing: servers label events as JSON, as HTML (frameworks do by
 * themselves) and as nothing. Undefined: more of it must come first.
 */
export function framingOf(beginning: Buffer, isAll: boolean): Framing | null | undefined {
  const text = beginning
    .subarray(0, MOST)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart();
  if (/^(?:data|event|id|retry)?:/.test(text)) return 'sse';
  return isAll || beginning.length >= MOST || /^(?:[^deir:]|[a-z]{6})/.test(text) ? null : undefined;
}
