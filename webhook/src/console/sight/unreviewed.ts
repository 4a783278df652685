import { statusOf } from '../../posture/status.ts';

const GROUPS = {
  tokenreviews: 'authentication.k8s.io',
  subjectaccessreviews: 'authorization.k8s.io',
} as const;

/** A question that the console asks the API server about a user. */
type Review = keyof typeof GROUPS;

/** It is not known who a user is, or what it may see. The message is for the user. */
export class Unreviewed extends Error {
  override readonly name = 'Unreviewed';
}

const UNANSWERED = 'the API server does not answer; try again';

/** Why a review failed. Where the console itself lacks the right: which one, and how to give it. */
export function unreviewed(review: Review, error: unknown): Unreviewed {
  return new Unreviewed(statusOf(error) === 403 ? missingRight(review, accountIn(error)) : UNANSWERED, {
    cause: error,
  });
}

function missingRight(review: Review, account: string | null): string {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(account ?? '') ?? [];
  const isService = namespace !== undefined && name !== undefined;
  const to = isService ? `--serviceaccount=${namespace}:${name}` : `--user=${account ?? 'ACCOUNT'}`;
  const what = review === 'tokenreviews' ? 'whose token this is' : 'what you may see';
  return `the API server does not let the console ask ${what}: ${account ?? 'its account'} may not create ${review}.${GROUPS[review]}. The ClusterRole and the ClusterRoleBinding llm-boundary-console of the chart give it this right (helm upgrade brings them back); so does kubectl create clusterrolebinding llm-boundary-console-reviews --clusterrole=system:auth-delegator ${to}`;
}

/** As the API server names it in its refusal. What is no name of an account does not go into a command to be copied. */
function accountIn(error: unknown): string | null {
  const message = error instanceof Error ? error.message : '';
  return (
    /\bUser "([\w.@-]{1,253}(?::[\w.@-]{1,253}){0,3})" cannot create resource\b/.exec(message)?.[1] ?? null
  );
}
