import { Malformed } from './malformed.ts';

/** A member of a request that the boundary does not take, and that clients leave out by themselves when the refusal names it. */
export class UnsupportedMember extends Malformed {
  readonly member: string;

  constructor(member: string, reason: string) {
    super(`/${member}`, reason);
    this.member = member;
  }
}
