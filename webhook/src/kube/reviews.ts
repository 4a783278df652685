import { z } from 'zod';

import type { Reviews, User } from '../console/source.ts';
import type { Rest } from './rest.ts';
import { userOf } from './token-review.ts';

const accessReview = z.looseObject({ status: z.looseObject({ allowed: z.boolean().nullish() }) });
const tokenRequest = z.looseObject({ status: z.looseObject({ token: z.string().min(1) }) });

/** The reviews that the console asks the API server for. */
export function reviewsOf(rest: Rest): Reviews {
  return {
    user: (token) => userOf(rest, token),
    mayListPods: (user, namespace) => mayListPods(rest, user, namespace),
  };
}

/** @throws KubeError */
async function mayListPods(rest: Rest, user: User, namespace: string | null): Promise<boolean> {
  const { username, uid, groups, extra } = user;
  const resourceAttributes = {
    ...{ verb: 'list', resource: 'pods', version: 'v1' },
    ...(namespace === null ? {} : { namespace }),
  };
  const { status } = accessReview.parse(
    await rest.send({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: { user: username, ...(uid === null ? {} : { uid }), groups, extra, resourceAttributes },
      },
    }),
  );
  return status.allowed === true;
}

/** A token of a service account for one audience, for ten minutes. @throws KubeError */
export async function requestToken(
  rest: Rest,
  account: { readonly namespace: string; readonly name: string },
  audience: string,
): Promise<string> {
  const { status } = tokenRequest.parse(
    await rest.send({
      method: 'POST',
      path: `/api/v1/namespaces/${account.namespace}/serviceaccounts/${account.name}/token`,
      body: {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [audience], expirationSeconds: 600 },
      },
    }),
  );
  return status.token;
}
