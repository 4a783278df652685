import { z } from 'zod';

import { AUDIENCE, type TokenAnswer } from '../anchor/tokens.ts';
import type { Rest } from './rest.ts';

const review = z.looseObject({
  status: z.looseObject({
    authenticated: z.boolean().nullish(),
    audiences: z.array(z.string()).nullish(),
    user: z
      .looseObject({
        username: z.string().nullish(),
        extra: z.record(z.string(), z.array(z.string())).nullish(),
      })
      .nullish(),
  }),
});

const POD_NAME = 'authentication.kubernetes.io/pod-name';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

/** Reviews a token for the anchor's audience. @throws KubeError */
export async function reviewToken(rest: Rest, token: string): Promise<TokenAnswer> {
  const { status } = review.parse(
    await rest.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token, audiences: [AUDIENCE] },
      },
    }),
  );
  // A server without support for audiences returns none, which is not sufficient.
  if (status.authenticated !== true || status.audiences?.includes(AUDIENCE) !== true) return { valid: false };
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(status.user?.username ?? '')?.[1];
  const [name] = status.user?.extra?.[POD_NAME] ?? [];
  const [uid] = status.user?.extra?.[POD_UID] ?? [];
  if (namespace === undefined || name === undefined || uid === undefined) return { valid: true, pod: null };
  return { valid: true, pod: { namespace, name, uid } };
}
