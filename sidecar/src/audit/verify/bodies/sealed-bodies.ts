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
  /** Absent, and a line `erased` counts them: removed to make room. */
  readonly erased: number;
  /** Absent, and no line says why: erased by hand, or not copied. */
  readonly missing: number;
  /** Files whose bytes are not those that their name and the record say. */
  readonly changed: readonly string[];
  /** Files that no line names: of a decision that could not be recorded, or of a log that was not read. */
  readonly unnamed: number;
}

/** Collects what lines name, and compares the files with it. */
export class SealedBodies {
  readonly #named = new Set<string>();
  /** Named by lines that were not asked for. */
  readonly #others = new Set<string>();
  /** Bodies removed to make room, by line, because copies repeat lines. */
  readonly #erased = new Map<string, number>();

  /** `isAsked`: the bodies of the line are to be there. */
  add(line: Line, isAsked = true): void {
    if (isDecision(line))
      for (const { sha256 } of line.bodies ?? []) (isAsked ? this.#named : this.#others).add(sha256);
    else if (line.kind === 'erased') this.#erased.set(`${line.origin} ${line.seq}`, line.bodies);
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
    const absent = [...this.#named].filter((each) => !present.has(each) && !altered.has(each)).length;
    const removed = [...this.#erased.values()].reduce((sum, bodies) => sum + bodies, 0);
    const erased = Math.min(absent, removed);
    return {
      named: this.#named.size,
      present: present.size,
      erased,
      missing: absent - erased,
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
  const { named, present, erased, missing, changed, unnamed } = sealed;
  return [
    `sealed bodies: ${[
      `${named} named`,
      `${present} present and unchanged`,
      `${erased} erased to make room (on the record)`,
      `${missing} missing (erased by hand, or not copied)`,
      ...(changed.length === 0 ? [] : [`${changed.length} changed`]),
      ...(unnamed === 0 ? [] : [`${unnamed} files that no line names`]),
    ].join(', ')}`,
  ];
}
