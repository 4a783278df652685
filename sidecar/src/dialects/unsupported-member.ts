import { Malformed } from './malformed.ts';

/** A request member that the boundary does not support; clients omit it and retry when the refusal names it. */
export class UnsupportedMember extends Malformed {
  readonly member: string;

  constructor(member: string, reason: string) {
    super(`/${member}`, reason);
    this.member = member;
  }
}
