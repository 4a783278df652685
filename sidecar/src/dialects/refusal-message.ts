import { namesWayOut, REFUSALS, wayOutSentence, type Refusal } from '../exchange/index.ts';

/**
 * What a person reads: the code's sentence, what is wrong and where, and which key of the policy would allow it. Never content
 * (`Refusal.detail` holds none).
 */
export function refusalMessage({ code, detail }: Refusal): string {
  const { message, wayOut } = REFUSALS[code];
  const said = detail === null ? message : `${message} ${detail}`;
  if (namesWayOut(said)) return said;
  return `${said}${/[.!?)]$/.test(said) ? '' : '.'} ${wayOutSentence(wayOut)}`;
}
