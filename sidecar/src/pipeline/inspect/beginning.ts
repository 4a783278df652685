import type { Framing } from '../../dialects/index.ts';

/** Longer than the blanks that servers send as keep-alive and than any field name. Bytes. */
const MOST = 4_096;

/**
 * Detects the framing of a reply whose media type does not tell it: servers label events as JSON, as HTML (frameworks' default) or not at
 * all. Undefined: more bytes are needed.
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
