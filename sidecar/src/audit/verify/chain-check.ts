import { hashOf, NOTHING } from '../record/chain.ts';
import { parseVerifier, type Head, type Verifier } from '../record/note.ts';
import { isDecision, type Line } from '../record/schema.ts';

/** `tampered`: neither a crash nor a loss explains it. `missing`: an expected part is absent. */
export interface Problem {
  readonly kind: 'tampered' | 'missing';
  /** `FILE:LINE`. */
  readonly where: string;
  readonly text: string;
}

/** A statement by another log, or by the operator, about this one: the hash of line `size - 1`. */
export interface Anchor {
  readonly head: Head;
  /** The origin of the log with the statement. */
  readonly by: string;
}

/** A gap in the lines. */
export interface Hole {
  /** `seq` of its first and of its last line. */
  readonly from: number;
  readonly to: number;
  /** Times of the nearest lines around it with a time; null: there is none. */
  readonly after: string | null;
  readonly before: string | null;
}

/** Checks one log, line by line. Independent of files; `where` is only repeated in problems. */
export class ChainCheck {
  readonly origin: string;
  readonly problems: Problem[] = [];
  /** Origins whose statement about this log proved true, with the size that they vouch for. */
  readonly confirmed = new Map<string, number>();
  /** Set if lines are missing before the first one: where, and how many. */
  lateStart: { readonly where: string; readonly size: number; readonly prev: string } | null = null;
  /** Files that were pruned, according to the log. */
  readonly pruned: Extract<Line, { kind: 'pruned' }>[] = [];
  /** Jumps of the clock, according to the log. */
  readonly jumps: Extract<Line, { kind: 'clock' }>[] = [];
  verifier: Verifier | null = null;
  firstSeq: number | null = null;
  lastTime: string | null = null;
  firstTime: string | null = null;
  records = 0;
  /** Lines up to this one are signed. */
  signed = 0;
  tornBytes = 0;
  /** A line has another key than the expected one, or a signature by another. */
  foreignKey = false;
  /** Gaps in the lines, where gaps are allowed. */
  readonly holes: Hole[] = [];
  /** Time of the first unsigned line. */
  unsignedSince: string | null = null;
  readonly #anchors = new Map<number, Anchor[]>();
  /** Gaps are allowed: a copy that was rotated or filtered. */
  readonly #gaps: boolean;
  #size = 0;
  #hash = NOTHING;
  #sealedAt: number | null = null;
  #rotatedAt: number | null = null;
  #part = 0;
  #atBorder = false;
  #beyond = 0;

  constructor(origin: string, options: { anchors: readonly Anchor[]; gaps: boolean; key: Verifier | null }) {
    this.origin = origin;
    for (const anchor of options.anchors)
      if (anchor.head.origin === origin)
        this.#anchors.set(anchor.head.size, [...(this.#anchors.get(anchor.head.size) ?? []), anchor]);
    this.#gaps = options.gaps;
    this.verifier = options.key;
  }

  /** One more than the highest `seq` seen. */
  get size(): number {
    return this.#size;
  }

  get hash(): string {
    return this.#hash;
  }

  /** The process ended the log itself, nothing follows, and that is signed. */
  get sealed(): boolean {
    return this.#sealedAt !== null && this.signed > this.#sealedAt && this.#size === this.#sealedAt + 2;
  }

  /** `text` is `line` as found. */
  add(text: string, line: Line, where: string): void {
    this.#place(line, where);
    if (line.kind === 'checkpoint') this.#checkpoint(line, where);
    else this.#timed(line, where);
    this.#size = line.seq + 1;
    this.#hash = hashOf(text);
    for (const { head, by } of this.#anchors.get(this.#size) ?? []) {
      if (head.hash === this.#hash) this.confirmed.set(by, head.size);
      else this.#tampered(where, `is not the line that ${by} found here`);
    }
  }

  /**
   * Bytes after the last newline: an interrupted, unacknowledged write of a crash. Those `beyond` a gap of zeros may also be lines after
   * erased ones: only a later log can tell.
   */
  torn(bytes: number, beyond: number): void {
    this.tornBytes = bytes;
    this.#beyond = beyond;
  }

  /** The next line is in another file. */
  nextFile(): void {
    this.#atBorder = true;
  }

  tampered(where: string, text: string): void {
    this.#tampered(where, text);
  }

  missing(where: string, text: string): void {
    this.problems.push({ kind: 'missing', where, text });
  }

  /** After the last line: compares statements about lines that are absent. */
  finish(where: string): void {
    const vouched = [...this.confirmed.values()].includes(this.#size);
    if (this.#beyond > 0 && !vouched)
      this.missing(
        where,
        `has ${this.#beyond} bytes after a gap of zeros: a write interrupted by a crash, or the rest of erased lines`,
      );
    for (const { head, by } of [...this.#anchors.values()].flat()) {
      if (head.size <= this.#size || this.firstSeq === null) continue;
      this.#tampered(
        where,
        `ends after ${this.#size} lines, but ${by} found ${head.size}: lines were cut off`,
      );
    }
  }

  #place(line: Line, where: string): void {
    if (line.seq > this.#size) this.#leap(line, where);
    if (this.firstSeq === null) {
      this.firstSeq = line.seq;
      if (line.seq > 0) this.lateStart = { where, size: line.seq, prev: line.prev };
      else if (line.prev !== NOTHING) this.#tampered(where, 'is the first line but names a previous one');
    } else if (line.seq !== this.#size) {
      const text = `has seq ${line.seq} where ${this.#size} was expected`;
      if (this.#gaps && line.seq > this.#size) this.missing(where, `${text}: lines are missing`);
      else if (this.#filesAreMissingBefore(line))
        this.missing(where, `${text}: files in between are missing`);
      else this.#tampered(where, `${text}: lines were removed, added or moved`);
    } else if (line.prev !== this.#hash) {
      this.#tampered(where, 'does not match the previous line: one of the two was changed');
    }
    if ((line.kind === 'genesis') !== (line.seq === 0))
      this.#tampered(where, `has kind ${line.kind} at seq ${line.seq}`);
    this.#atBorder = false;
    if (this.#sealedAt !== null && (line.kind !== 'checkpoint' || line.seq !== this.#sealedAt + 1))
      this.#tampered(where, 'follows the seal');
  }

  /** Lines are absent; statements about the last of them must fit the next present one. */
  #leap(line: Line, where: string): void {
    const before = line.kind === 'checkpoint' ? null : line.time;
    this.holes.push({ from: this.#size, to: line.seq - 1, after: this.lastTime, before });
    for (const { head, by } of this.#anchors.get(line.seq) ?? [])
      if (head.hash !== line.prev)
        this.#tampered(where, `does not match the line that ${by} found before it`);
  }

  /**
   * Whole files are missing: the one before and this one have a proper end and beginning, and this one's number is higher than the next.
   */
  #filesAreMissingBefore(line: Line): boolean {
    return (
      this.#atBorder &&
      line.kind === 'continue' &&
      line.seq > this.#size &&
      line.part > this.#part + 1 &&
      this.#rotatedAt !== null &&
      this.#size === this.#rotatedAt + 2
    );
  }

  #timed(line: Exclude<Line, { kind: 'checkpoint' }>, where: string): void {
    if (this.lastTime !== null && line.time < this.lastTime)
      this.#tampered(where, 'is earlier than the line before it');
    this.lastTime = line.time;
    this.firstTime ??= line.time;
    this.unsignedSince ??= line.time;
    if (isDecision(line)) this.records += 1;
    else if (line.kind === 'genesis' || line.kind === 'continue') this.#key(line, where);
    else if (line.kind === 'seal') this.#sealedAt = line.seq;
    else if (line.kind === 'rotate') this.#rotatedAt = line.seq;
    else if (line.kind === 'clock') this.jumps.push(line);
    else if (line.kind === 'pruned') this.pruned.push(line);
  }

  #key(line: Extract<Line, { kind: 'genesis' | 'continue' }>, where: string): void {
    if (line.kind === 'continue') this.#part = line.part;
    const verifier = parseVerifier(line.key);
    if (verifier?.name !== this.origin)
      this.#tampered(where, 'has a key that is not a verifier key of this log');
    else if (this.verifier !== null && this.verifier.key !== line.key) {
      this.foreignKey = true;
      this.#tampered(where, 'has a key other than the one expected for this log');
    } else this.verifier = verifier;
  }

  #checkpoint(line: Extract<Line, { kind: 'checkpoint' }>, where: string): void {
    if (this.verifier === null) {
      this.missing(where, 'cannot be checked: the line with the key is missing; pass the key with --key');
      return;
    }
    const head = this.verifier.open(line.note);
    if (head === null) {
      this.foreignKey = true;
      this.#tampered(where, 'has a signature by a key other than that of this log');
    } else if (head.size !== line.seq || head.hash !== line.prev)
      this.#tampered(where, 'has a signature over a line other than the previous one');
    else {
      this.signed = line.seq + 1;
      this.unsignedSince = null;
    }
  }

  #tampered(where: string, text: string): void {
    this.problems.push({ kind: 'tampered', where, text });
  }
}
