import type { Hit } from '../../exchange/verdict.ts';
import type { Evaluation } from '../../pipeline/replay/replay.ts';

/** Environment and output of a command. */
export interface CommandIo {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Absent: there is nothing to read. */
  readonly stdin?: AsyncIterable<Buffer | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Hits of both directions. */
export function hitsOf({ request, reply }: Pick<Evaluation, 'request' | 'reply'>): readonly Hit[] {
  return [...(request === 'pass' ? [] : request.hits), ...(reply?.hits ?? [])];
}
