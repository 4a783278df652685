/** An unusable pattern. The message names the fault, its offset and the fix. */
export class PatternError extends Error {
  /** Offset of the fault in the pattern, in UTF-16 code units. */
  readonly offset: number;

  constructor(what: string, offset: number, fix: string) {
    super(`${what} at offset ${offset}: ${fix}`);
    this.name = 'PatternError';
    this.offset = offset;
  }
}
