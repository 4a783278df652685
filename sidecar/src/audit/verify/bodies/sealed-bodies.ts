import { isDecision, type DecisionLine, type Line } from '../../record/schema.ts';
import type { Problem } from '../chain-check.ts';
import { bodyFilesIn, digestOf, digestOfBytes, namedDigest } from './body-files.ts';
import { receivedBodies } from './received-bodies.ts';

type SealedRef = NonNullable<DecisionLine['bodies']>[number];

/** The sealed bodies that a record names, and which of them are there. An absent body is no fault, because erasing it is allowed: its line remains. */
export interface SealedReport {
  readonly named: number;
  /** There, with the bytes that the record names. */
  readonly present: number;
  /** Absent, and a line `erased` names or counts them: removed to make room. */
  readonly erased: number;
  /** Absent, and no line says why: erased by hand, or not copied. */
  readonly missing: number;
  /** Each of the two: the first {@link MAX_ABSENT}, in the order of the lines. */
  readonly absent: readonly AbsentBody[];
  /** Files whose bytes are not those that their name and the record say. */
  readonly changed: readonly string[];
  /** Files that no line names: of a decision that could not be recorded, or of a log that was not read. */
  readonly unnamed: number;
}

/** A body that a record names and that is not there. */
interface AbsentBody extends Place {
  readonly sha256: string;
  readonly part: SealedRef['part'];
  readonly exchange: string;
  /** The line that says that it was removed to make room; null: none names it. */
  readonly erased: Place | null;
}

/** Of a line. */
interface Place {
  readonly log: string;
  readonly position: number;
}

const MAX_ABSENT = 10_000;
/** For people. */
const MAX_PRINTED = 20;

/** Collects what lines name, and compares the files with it. */
export class SealedBodies {
  readonly #named = new Map<string, Omit<AbsentBody, 'sha256' | 'erased'>>();
  /** Named by lines that were not asked for. */
  readonly #others = new Set<string>();
  /** Bodies removed to make room, by digest. */
  readonly #erased = new Map<string, Place>();
  /** Those of lines without digests, by line, because copies repeat lines. */
  readonly #counted = new Map<string, number>();

  /** `isAsked`: the bodies of the line are to be there. */
  add(line: Line, isAsked = true): void {
    const place = { log: line.origin, position: line.seq };
    if (isDecision(line))
      for (const { sha256, part } of line.bodies ?? [])
        if (isAsked) this.#named.set(sha256, { ...place, part, exchange: line.exchange });
        else this.#others.add(sha256);
    else if (line.kind === 'erased')
      if (line.sha256 === undefined) this.#counted.set(`${line.origin} ${line.seq}`, line.bodies);
      else for (const sha256 of line.sha256) this.#erased.set(sha256, place);
  }

  /**
   * Null if no line names any, and no file is there.
   * @param paths the files and folders that the lines come from @throws the file system's errors.
   */
  async check(paths: readonly string[]): Promise<SealedReport | null> {
    const changed: string[] = [];
    const [present, altered, unnamed] = [new Set<string>(), new Set<string>(), new Set<string>()];
    for (const path of await bodyFilesIn(paths)) {
      const sha256 = namedDigest(path);
      if (!this.#named.has(sha256)) {
        if (!this.#others.has(sha256)) unnamed.add(sha256);
      } else if ((await digestOf(path)) === sha256) present.add(sha256);
      else {
        altered.add(sha256);
        changed.push(path);
      }
    }
    if (this.#named.size === 0 && unnamed.size === 0) return null;
    if (this.#named.size > present.size)
      for await (const { sha256, bytes, where } of receivedBodies(paths)) {
        if (!this.#named.has(sha256)) continue;
        if (digestOfBytes(bytes) === sha256) present.add(sha256);
        else {
          altered.add(sha256);
          changed.push(where);
        }
      }
    const absent = [...this.#named].flatMap(([sha256, named]) =>
      present.has(sha256) || altered.has(sha256)
        ? []
        : [{ sha256, ...named, erased: this.#erased.get(sha256) ?? null }],
    );
    const unexplained = absent.filter((body) => body.erased === null).length;
    const counted = [...this.#counted.values()].reduce((sum, bodies) => sum + bodies, 0);
    const missing = Math.max(0, unexplained - counted);
    return {
      named: this.#named.size,
      present: present.size,
      erased: absent.length - missing,
      missing,
      absent: absent.slice(0, MAX_ABSENT),
      changed,
      unnamed: unnamed.size,
    };
  }
}

/**
 * The bodies of a decision, in the order of the parts. `files`: several where there are copies. `received`: from a collector's file, if
 * there is no file of it; null if there is none either. @throws the file system's errors.
 */
export async function findSealed(
  refs: readonly SealedRef[],
  paths: readonly string[],
): Promise<readonly (SealedRef & { readonly files: readonly string[]; readonly received: Buffer | null })[]> {
  const files = refs.length === 0 ? [] : await bodyFilesIn(paths);
  const found = refs.map((ref) => ({
    ...ref,
    files: files.filter((file) => namedDigest(file) === ref.sha256),
    received: null as Buffer | null,
  }));
  const absent = new Map(found.filter((ref) => ref.files.length === 0).map((ref) => [ref.sha256, ref]));
  if (absent.size > 0)
    for await (const { sha256, bytes } of receivedBodies(paths)) {
      const ref = absent.get(sha256);
      if (ref !== undefined) ref.received = bytes;
    }
  return found;
}

/** A changed body is a fault; an absent one is none. */
export function sealedProblems(sealed: SealedReport | null): readonly Problem[] {
  return (sealed?.changed ?? []).map((where) => ({
    kind: 'tampered',
    where,
    text: 'is not the sealed body that the record names',
  }));
}

/** For people; nothing if there is nothing to say. */
export function sealedRemarks(sealed: SealedReport | null): readonly string[] {
  if (sealed === null) return [];
  const { named, present, erased, missing, absent, changed, unnamed } = sealed;
  const more = erased + missing - MAX_PRINTED;
  return [
    `sealed bodies: ${[
      `${named} named`,
      `${present} present and unchanged`,
      `${erased} erased to make room (on the record)`,
      `${missing} missing (erased by hand, or not copied)`,
      ...(changed.length === 0 ? [] : [`${changed.length} changed`]),
      ...(unnamed === 0 ? [] : [`${unnamed} files that no line names`]),
    ].join(', ')}`,
    ...absent.slice(0, MAX_PRINTED).map(absentText),
    ...(more > 0 ? [`and ${more} more sealed bodies that are not there (--json lists them)`] : []),
  ];
}

function absentText({ sha256, part, exchange, log, position, erased }: AbsentBody): string {
  const why =
    erased === null ? 'not there' : `erased to make room, by line ${erased.position} of ${erased.log}`;
  return `sealed ${part} of exchange ${exchange} (line ${position} of ${log}, sha256 ${sha256}): ${why}`;
}
