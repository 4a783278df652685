import { namesWayOut, REFUSALS, wayOutSentence, type Refusal } from '../exchange/index.ts';

/**
 * The message of a refusal: the code's sentence, the problem and its place, and the policy key that would allow it. Never content
 * (`Refusal.detail` holds none).
 */
export function refusalMessage({ code, detail }: Refusal): string {
  const { message, wayOut } = REFUSALS[code];
  const said = detail === null ? message : `${message} ${detail}`;
  if (namesWayOut(said)) return said;
  return `${said}${/[.!?)]$/.test(said) ? '' : '.'} ${wayOutSentence(wayOut)}`;
}
