import { REFUSALS, type Refusal } from '../exchange/index.ts';

/** What a person reads: the code's sentence, then what is wrong and where. Never content (`Refusal.detail` holds none). */
export function refusalMessage(refusal: Refusal): string {
  const { message } = REFUSALS[refusal.code];
  return refusal.detail === null ? message : `${message} ${refusal.detail}`;
}
