/** A pattern that cannot be used. The message says what is wrong, at which offset, and how to put it right. */
export class PatternError extends Error {
  /** Offset into the pattern in UTF-16 code units, of where the fault begins. */
  readonly offset: number;

  constructor(what: string, offset: number, fix: string) {
    super(`${what} at offset ${offset}: ${fix}`);
    this.name = 'PatternError';
    this.offset = offset;
  }
}
