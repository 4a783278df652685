import type { Container } from '../../pod/pod.ts';
import { refuse } from '../../pod/refusals.ts';
import { byAddress, byOptions, byVariables } from './adapters/adapter.ts';
import { ADAPTERS, type Adapter, type Listener } from './adapters/index.ts';
import type { CustomListen } from './custom-listen.ts';
import { locate, type Located, type ServerCall } from './server-call.ts';
import { literalEnv, optionUses } from './settings.ts';

/** A server that takeover can move. */
export interface KnownServer {
  readonly adapter: Adapter;
  readonly call: ServerCall;
}

/** The name that holds the port must be there: a misspelt one would leave the server where it is. */
function checkNamed(container: Container, call: ServerCall, listen: CustomListen, path: string): void {
  const { by, port } = listen;
  const there =
    by === 'args'
      ? optionUses(call.args, [port]).length > 0
      : (container.env ?? []).some(({ name }) => name === port);
  if (there) return;
  const what = by === 'args' ? `option ${port}` : `variable ${port}`;
  refuse('listen_absent', `${path}.${by}`, `Container ${container.name} has no ${what}.`);
}

/** A name that stands alone may hold `host:port`, as in many programs in Go. */
function customListener(
  container: Container,
  call: ServerCall,
  { by, host, port }: CustomListen,
  defaultPort: number,
): Listener {
  const value =
    by === 'args' ? (optionUses(call.args, [port]).at(-1)?.value ?? null) : literalEnv(container, port);
  const joined = host === null && value?.includes(':') === true;
  if (by === 'args') {
    const listener = byOptions(host === null ? [] : [host], [port], defaultPort);
    return { ...listener, joined, loopback: joined || host !== null };
  }
  return joined ? byAddress(port, defaultPort) : byVariables(host, [port], defaultPort);
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
  checkNamed(container, found.call, listen, path);
  return {
    adapter: {
      name: 'annotation',
      serves: 'application',
      recognise: () => 0,
      image: () => false,
      listeners: [customListener(container, found.call, listen, port)],
      forbidden: [],
      forbiddenEnv: [],
    },
    call: found.call,
  };
}

function locateBy(adapter: Adapter, container: Container): { located: Located; inImage: boolean } {
  const imageArgs = adapter.image(container.image ?? '') ? (adapter.imageArgs ?? (() => 0)) : null;
  return { located: locate(container, adapter.recognise, imageArgs), inImage: imageArgs !== null };
}

/** True if a container starts a known model server, whether or not takeover can move it. */
export function startsServer(container: Container): boolean {
  return ADAPTERS.filter(({ serves }) => serves === 'model').some((adapter) => {
    const { located, inImage } = locateBy(adapter, container);
    // A script that cannot be parsed, in an image with a server, is assumed to start it.
    return located.kind === 'found' || (located.kind === 'opaque' && inImage);
  });
}

/** True if a container surely starts a server that has an adapter. */
export function startsKnownServer(container: Container): boolean {
  return ADAPTERS.some((adapter) => locateBy(adapter, container).located.kind === 'found');
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
  let opaque = false;
  for (const adapter of ADAPTERS) {
    const { located } = locateBy(adapter, container);
    if (located.kind === 'found') return { adapter, call: located.call };
    if (located.kind === 'opaque') opaque = true;
  }
  return opaque ? refuse('shell_command', `${path}.command`) : null;
}
