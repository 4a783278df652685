import type { Container } from '../pod.ts';
import { refuse } from '../refusals.ts';
import type { Adapter } from './adapter.ts';
import { ADAPTERS, imageName } from './adapter.ts';
import type { CustomListen } from './custom-listen.ts';
import type { ServerCall } from './server-call.ts';
import { locate } from './server-call.ts';

/** A model server that takeover can move. */
export interface KnownServer {
  readonly adapter: Adapter;
  readonly call: ServerCall;
  /** Sets both by variable instead of by option. */
  readonly env: { readonly host: string; readonly port: string } | null;
}

const custom = (container: Container, listen: CustomListen, path: string, port: number): KnownServer => {
  const located = locate(container, () => 0, true);
  if (located.kind === 'opaque' || (located.kind === 'found' && located.call.shell && listen.by === 'args')) {
    return refuse('shell_command', `${path}.command`);
  }
  const found =
    located.kind === 'found'
      ? located
      : locate({ ...container, command: null, args: null }, () => null, true);
  if (found.kind !== 'found') return refuse('shell_command', `${path}.command`);
  const byArgs = listen.by === 'args';
  return {
    adapter: {
      name: 'annotation',
      recognise: () => 0,
      image: null,
      listeners: [
        {
          host: byArgs ? [listen.host] : [],
          port: byArgs ? [listen.port] : [],
          portEnv: byArgs ? null : listen.port,
          defaultPort: port,
          inspectable: true,
        },
      ],
      addressEnv: null,
      forbidden: [],
    },
    call: found.call,
    env: byArgs ? null : { host: listen.host, port: listen.port },
  };
};

/**
 * Which server the container runs. Null: none that takeover knows. @param port what a server named by annotation listens on by default
 * @throws InjectionRefused for a script that cannot be edited safely
 */
export const knownServer = (
  container: Container,
  listen: CustomListen | null,
  path: string,
  port: number,
): KnownServer | null => {
  if (listen !== null) return custom(container, listen, path, port);
  const image = imageName(container.image ?? '');
  let opaque = false;
  for (const adapter of ADAPTERS) {
    const byImage = adapter.image?.test(image) ?? false;
    const located = locate(container, adapter.recognise, byImage);
    if (located.kind === 'found') return { adapter, call: located.call, env: null };
    if (located.kind === 'opaque') opaque = true;
  }
  return opaque ? refuse('shell_command', `${path}.command`) : null;
};
