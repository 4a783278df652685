import { z } from 'zod';

import { AUDIENCE, type TokenAnswer } from '../anchor/tokens.ts';
import type { User } from '../console/source.ts';
import type { Rest } from './rest.ts';

const review = z.looseObject({
  status: z.looseObject({
    authenticated: z.boolean().nullish(),
    audiences: z.array(z.string()).nullish(),
    user: z
      .looseObject({
        username: z.string().nullish(),
        uid: z.string().nullish(),
        groups: z.array(z.string()).nullish(),
        extra: z.record(z.string(), z.array(z.string())).nullish(),
      })
      .nullish(),
  }),
});

const POD_NAME = 'authentication.kubernetes.io/pod-name';
const POD_UID = 'authentication.kubernetes.io/pod-uid';

async function statusOf(
  rest: Rest,
  spec: { readonly token: string; readonly audiences?: readonly string[] },
): Promise<z.infer<typeof review>['status']> {
  const { status } = review.parse(
    await rest.send({
      method: 'POST',
      path: '/apis/authentication.k8s.io/v1/tokenreviews',
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec },
    }),
  );
  return status;
}

/** Reviews a token for the anchor's audience. @throws KubeError */
export async function reviewToken(rest: Rest, token: string): Promise<TokenAnswer> {
  const status = await statusOf(rest, { token, audiences: [AUDIENCE] });
  // A server without support for audiences returns none, which is not sufficient.
  if (status.authenticated !== true || status.audiences?.includes(AUDIENCE) !== true) return { valid: false };
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(status.user?.username ?? '')?.[1];
  const [name] = status.user?.extra?.[POD_NAME] ?? [];
  const [uid] = status.user?.extra?.[POD_UID] ?? [];
  if (namespace === undefined || name === undefined || uid === undefined) return { valid: true, pod: null };
  return { valid: true, pod: { namespace, name, uid } };
}

/** The user of a token for the API server; null: none. @throws KubeError */
export async function userOf(rest: Rest, token: string): Promise<User | null> {
  const { authenticated, user } = await statusOf(rest, { token });
  const username = user?.username ?? null;
  if (authenticated !== true || username === null) return null;
  return { username, uid: user?.uid ?? null, groups: user?.groups ?? [], extra: user?.extra ?? {} };
}
