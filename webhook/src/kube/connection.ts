import { KubeConfig } from '@kubernetes/client-node';

import { KubeError, Rest } from './rest.ts';

const NONE =
  'no cluster: there is no kubeconfig (KUBECONFIG, ~/.kube/config) and no service account of a pod; set KUBECONFIG';

/**
 * The API server of KUBECONFIG, of `~/.kube/config`, or of the service account of this pod. Nothing is sent to it yet.
 * @param context of the kubeconfig; null: the current one @throws KubeError without a cluster, without the context, and for a kubeconfig that
 * cannot be read
 */
export function connect(context: string | null = null): Rest {
  const config = load();
  if (context !== null) {
    const known = config.getContexts().map(({ name }) => name);
    if (!known.includes(context))
      throw new KubeError(
        0,
        `the kubeconfig has no context ${context}; it has ${known.join(', ') || 'none'}`,
      );
    config.setCurrentContext(context);
  }
  const cluster = config.getCurrentCluster();
  const current = (config.getCurrentContext() as string | undefined) ?? '';
  if (cluster === null)
    throw new KubeError(
      0,
      `the kubeconfig names no cluster for its current context${current === '' ? '' : ` ${current}`}; kubectl config get-contexts lists what it has, and --context chooses one`,
    );
  const { name, server } = cluster;
  // Where there is neither a kubeconfig nor a service account, the client library makes up a server on this machine.
  if (server === 'http://localhost:8080') throw new KubeError(0, NONE);
  if (!URL.canParse(server) || new URL(server).protocol !== 'https:')
    throw new KubeError(
      0,
      `the kubeconfig's cluster ${name} has the server ${server}; expected an address with https://, since tokens are sent there`,
    );
  return new Rest(config);
}

/** @throws KubeError where a kubeconfig is there and cannot be read */
function load(): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromDefault();
  } catch (error) {
    const { KUBECONFIG: named } = process.env;
    const file =
      named === undefined ? 'the kubeconfig (~/.kube/config)' : `the kubeconfig (KUBECONFIG=${named})`;
    throw new KubeError(0, `${file} cannot be read: ${whyUnread(error)}`, { cause: error });
  }
  return config;
}

function whyUnread(error: unknown): string {
  const { code, message = '' } = error as Partial<NodeJS.ErrnoException>;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a folder; expected a file';
    case 'EACCES':
      return 'this user may not read it';
    default:
      // A parser says where, and then shows lines, which may hold a token.
      return `it is no kubeconfig: ${message.split('\n')[0] ?? ''}`;
  }
}
