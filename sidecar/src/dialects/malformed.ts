/** The bytes do not conform to the dialect. `where` is a pointer or offset, `reason` never quotes content. */
export class Malformed extends Error {
  override readonly name = 'Malformed';
  readonly where: string;
  readonly reason: string;

  constructor(where: string, reason: string) {
    super(`${where}: ${reason}`);
    this.where = where;
    this.reason = reason;
  }
}
