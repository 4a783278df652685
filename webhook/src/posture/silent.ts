import { z } from 'zod';

import { SILENCES } from '../anchor/silence.ts';
import { rightText } from './rights.ts';
import { statusOf } from './status.ts';

const schema = z.object({
  v: z.literal(1),
  pods: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      reason: z.enum(SILENCES),
      log: z.string().nullable(),
      size: z.int().nonnegative().nullable(),
      sinceMs: z.int().nonnegative(),
    }),
  ),
});

/** A pod with a silent record. `sinceMs`: Unix time in milliseconds. */
type SilentRecord = z.infer<typeof schema>['pods'][number];

/** The anchor's report of silent pods. `absent`: the cluster has no anchor. `unavailable`: it cannot be reached. */
export type Silence =
  | { readonly anchor: 'absent' }
  | { readonly anchor: 'answered'; readonly pods: readonly SilentRecord[] }
  | { readonly anchor: 'unavailable'; readonly problem: string };

/** Path of the anchor's list, through the API server's proxy, so that it works from outside of the cluster. */
export function silentPath(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/services/llm-boundary-anchor:metrics/proxy/silent`;
}

/** @param send gets the path as JSON; its error has the HTTP status as `status`. Never rejects. */
export async function askForSilence(
  namespace: string,
  send: (path: string) => Promise<unknown>,
): Promise<Silence> {
  try {
    const parsed = schema.safeParse(await send(silentPath(namespace)));
    if (parsed.success) return { anchor: 'answered', pods: parsed.data.pods };
    return { anchor: 'unavailable', problem: 'its answer is not a list of silent pods' };
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return { anchor: 'absent' };
    if (status === 403)
      return {
        anchor: 'unavailable',
        problem: `this account may not ${rightText({ verb: 'get', resource: 'services/proxy', namespace })}`,
      };
    return { anchor: 'unavailable', problem: error instanceof Error ? error.message : 'no answer' };
  }
}

const MEANINGS: Readonly<Record<SilentRecord['reason'], string>> = {
  no_genesis: 'the anchor never received a head of its record',
  no_head: 'no head of its record for a minute',
  no_seal: 'it ended, and its record was not sealed',
};

/** The pods of one namespace only; null: of all. */
export function silenceIn(namespace: string | null, silence: Silence): Silence {
  if (namespace === null || silence.anchor !== 'answered') return silence;
  return { ...silence, pods: silence.pods.filter((pod) => pod.namespace === namespace) };
}

/** Lines for people; empty without an anchor. Each ends with a line feed. */
export function silenceText(silence: Silence): string {
  switch (silence.anchor) {
    case 'absent':
      return '';
    case 'unavailable':
      return `Silent pods: unknown, the anchor cannot be asked: ${silence.problem}\n`;
    case 'answered':
      return [
        `${silence.pods.length} silent pods, according to the anchor.`,
        ...silence.pods.map(
          ({ namespace, name, reason, sinceMs }) =>
            `  ${namespace}/${name}: ${reason}, ${MEANINGS[reason]}; since ${new Date(sinceMs).toISOString()}`,
        ),
        '',
      ].join('\n');
  }
}

/** Whether evidence is missing, or may be. */
export function isSilent(silence: Silence): boolean {
  return silence.anchor === 'unavailable' || (silence.anchor === 'answered' && silence.pods.length > 0);
}
