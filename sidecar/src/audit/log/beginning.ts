import type { JsonObject } from '../record/canonical.ts';
import type { Committer } from './committer.ts';
import type { Predecessor } from './predecessor.ts';

/** Limit of the list of older logs in one line, in bytes; the size of an environment bounds the rest of `genesis`. */
const LIST_BYTES = 6_000;

/**
 * Writes the first lines of a log and returns the very first: `genesis` with the older logs, `found` for those beyond its limit,
 * `recovered` for those without a seal.
 */
export function writeBeginning(
  committer: Pick<Committer, 'event'>,
  genesis: JsonObject,
  previous: readonly Predecessor[],
): string {
  const [first = [], ...more] = lists(previous);
  const line = committer.event('genesis', { ...genesis, previous: first.map((one) => ({ ...one })) });
  for (const list of more) committer.event('found', { previous: list.map((one) => ({ ...one })) });
  for (const { file, sealed, torn_bytes } of previous)
    if (!sealed) committer.event('recovered', { file, torn_bytes });
  return line ?? '';
}

function lists(previous: readonly Predecessor[]): readonly (readonly Predecessor[])[] {
  const all: Predecessor[][] = [];
  let room = 0;
  for (const one of previous) {
    const bytes = Buffer.byteLength(JSON.stringify(one));
    room -= bytes;
    if (room < 0) {
      all.push([]);
      room = LIST_BYTES - bytes;
    }
    all.at(-1)?.push(one);
  }
  return all;
}
