import type { Container } from '../../pod/pod.ts';
import { refuse } from '../../pod/refusals.ts';
import { ADAPTERS, type Adapter } from './adapter.ts';
import type { CustomListen } from './custom-listen.ts';
import { locate, type ServerCall } from './server-call.ts';

/** A model server that takeover can move. */
export interface KnownServer {
  readonly adapter: Adapter;
  readonly call: ServerCall;
  /** Variables for both, in place of options. */
  readonly env: { readonly host: string; readonly port: string } | null;
}

function custom(container: Container, listen: CustomListen, path: string, port: number): KnownServer {
  const located = locate(
    container,
    () => 0,
    () => 0,
  );
  if (located.kind === 'opaque' || (located.kind === 'found' && located.call.shell && listen.by === 'args')) {
    return refuse('shell_command', `${path}.command`);
  }
  const found =
    located.kind === 'found'
      ? located
      : locate(
          { ...container, command: null, args: null },
          () => null,
          () => 0,
        );
  if (found.kind !== 'found') return refuse('shell_command', `${path}.command`);
  const byArgs = listen.by === 'args';
  return {
    adapter: {
      name: 'annotation',
      recognise: () => 0,
      image: () => false,
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
      forbiddenEnv: [],
    },
    call: found.call,
    env: byArgs ? null : { host: listen.host, port: listen.port },
  };
}

/** True if a container starts a known model server, whether or not takeover can move it. */
export function startsServer(container: Container): boolean {
  return ADAPTERS.some((adapter) => {
    const imageArgs = adapter.image(container.image ?? '') ? (adapter.imageArgs ?? (() => 0)) : null;
    const { kind } = locate(container, adapter.recognise, imageArgs);
    // A script that cannot be parsed, in an image with a server, is assumed to start it.
    return kind === 'found' || (kind === 'opaque' && imageArgs !== null);
  });
}

/**
 * The server of the container. Null: none that takeover knows. @param port default port of a server named by annotation @throws
 * InjectionRefused for a script that cannot be edited safely
 */
export function knownServer(
  container: Container,
  listen: CustomListen | null,
  path: string,
  port: number,
): KnownServer | null {
  if (listen !== null) return custom(container, listen, path, port);
  const image = container.image ?? '';
  let opaque = false;
  for (const adapter of ADAPTERS) {
    const imageArgs = adapter.image(image) ? (adapter.imageArgs ?? (() => 0)) : null;
    const located = locate(container, adapter.recognise, imageArgs);
    if (located.kind === 'found') return { adapter, call: located.call, env: null };
    if (located.kind === 'opaque') opaque = true;
  }
  return opaque ? refuse('shell_command', `${path}.command`) : null;
}
