import { KubeError } from '../../kube/rest.ts';
import { unreviewed } from './unreviewed.ts';

function forbidden(user: string): KubeError {
  return new KubeError(
    403,
    `POST /apis/authentication.k8s.io/v1/tokenreviews: 403: tokenreviews.authentication.k8s.io is forbidden: User "${user}" cannot create resource "tokenreviews" in API group "authentication.k8s.io" at the cluster scope`,
  );
}

describe('unreviewed', () => {
  it.each<[string, unknown]>([
    ['an outage', new KubeError(0, 'connect ECONNREFUSED')],
    ['an error of the server', new KubeError(500, 'User "a" cannot create resource')],
    ['no error', 'down'],
  ])('is no answer: %s', (_what, error) => {
    const { message, cause } = unreviewed('tokenreviews', error);
    expect([message, cause]).toEqual(['the API server does not answer; try again', error]);
  });

  it.each([
    ['system:serviceaccount:boundary:console', '--serviceaccount=boundary:console'],
    ['jane@example.com', '--user=jane@example.com'],
    ['a" cannot; rm -rf', '--user=ACCOUNT'],
    ['$(reboot)', '--user=ACCOUNT'],
  ])('names the missing right and how to give it to %s', (user, to) => {
    expect(unreviewed('tokenreviews', forbidden(user)).message).toMatch(
      new RegExp(
        `may not create tokenreviews\\.authentication\\.k8s\\.io\\. .*--clusterrole=system:auth-delegator ${to}$`,
      ),
    );
    expect(unreviewed('subjectaccessreviews', forbidden(user)).message).toContain(
      'may not create subjectaccessreviews.authorization.k8s.io. ',
    );
  });
});
