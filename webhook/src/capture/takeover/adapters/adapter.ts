import { baseName, type Recognise } from '../server-call.ts';
import { imageName } from '../image.ts';

/** One listener of a server and how to move it. Options win over variables: a variable is set only where there is no option. */
export interface Listener {
  /** Options; empty: none. */
  readonly host: readonly string[];
  readonly port: readonly string[];
  /** Variable with the host, for listeners without options. */
  readonly hostEnv: string | null;
  /** The options of `port` hold `host:port`. */
  readonly joined: boolean;
  /** Variables with the port; the first that is set decides. */
  readonly portEnv: readonly string[];
  /** Variable with `host:port`, in place of all of the above. */
  readonly addressEnv: string | null;
  readonly defaultPort: number;
  /** False: the listener is moved to loopback and stays closed, because the sidecar does not speak its protocol. */
  readonly inspectable: boolean;
  /** False: the server, or a version of it, listens on all addresses whatever it is told, so that a moved port is still reachable. */
  readonly loopback: boolean;
}

/** Properties of a server for takeover. */
export interface Adapter {
  readonly name: string;
  /** Whether it answers for a model. Another one in the pod must be guarded too; an application beside a model need not be. */
  readonly serves: 'model' | 'application';
  readonly recognise: Recognise;
  /** True for images whose entry point is the server, so that a container's args are its arguments. */
  readonly image: (image: string) => boolean;
  /** Number of leading args of such an image that are not the server's options; null: the args run another program. Default: 0. */
  readonly imageArgs?: Recognise;
  readonly listeners: readonly Listener[];
  /** Options that add listeners, or use TLS, gRPC or a tunnel. Harmless with an off value. */
  readonly forbidden: readonly string[];
  /** Variables with the same effect. */
  readonly forbiddenEnv: readonly string[];
  /** What the author must set because the server derives something else from its port. `unless`: a variable that settles it. */
  readonly advice?: { readonly unless: string; readonly text: string };
}

const PLAIN: Listener = {
  host: [],
  port: [],
  joined: false,
  hostEnv: null,
  portEnv: [],
  addressEnv: null,
  defaultPort: 0,
  inspectable: true,
  loopback: true,
};

/** A listener that options move; `portEnv` is read where there is no option. */
export function byOptions(
  host: readonly string[],
  port: readonly string[],
  defaultPort: number,
  ...portEnv: readonly string[]
): Listener {
  return { ...PLAIN, host, port, defaultPort, portEnv };
}

/** A listener that variables move. */
export function byVariables(
  hostEnv: string | null,
  portEnv: readonly string[],
  defaultPort: number,
): Listener {
  return { ...PLAIN, hostEnv, portEnv, defaultPort, loopback: hostEnv !== null };
}

/** A listener that one variable with `host:port` moves. */
export function byAddress(addressEnv: string, defaultPort: number): Listener {
  return { ...PLAIN, addressEnv, defaultPort };
}

function isPython(word: string | undefined): boolean {
  return word !== undefined && /^python(3(\.\d+)?)?$/.test(baseName(word));
}

/** `python [-flags] -m MODULE`, or `MODULE SUBCOMMAND` */
export function pythonModule(...modules: readonly string[]): Recognise {
  return (words) => {
    if (!isPython(words[0])) return null;
    const at = words.findIndex((word, index) => index > 0 && !/^-[a-zA-Z]$/.test(word));
    if (at < 2 || words[at - 1] !== '-m') return null;
    const found = modules.find((name) => name === words.slice(at, at + name.split(' ').length).join(' '));
    return found === undefined ? null : at + found.split(' ').length;
  };
}

/** `python [-flags] FILE`, for a file that ends in the path. */
export function pythonFile(path: string): Recognise {
  return (words) => {
    if (!isPython(words[0])) return null;
    const at = words.findIndex((word, index) => index > 0 && !/^-[a-zA-Z]$/.test(word));
    const file = words[at] ?? '';
    return file === path || file.endsWith(`/${path}`) ? at + 1 : null;
  };
}

export function program(name: RegExp, ...subcommands: readonly string[]): Recognise {
  return (words) => {
    if (words[0] === undefined || !name.test(baseName(words[0]))) return null;
    if (subcommands.length === 0) return 1;
    return subcommands.includes(words[1] ?? '') ? 2 : null;
  };
}

export function named(...names: readonly string[]) {
  return (image: string): boolean => names.includes(imageName(image));
}

export function noImage(): boolean {
  return false;
}

/** For images whose server has no command line of its own. */
export function noProgram(): null {
  return null;
}

/** For images whose args, where there are any, run something else. */
export function withoutArgs([word]: readonly string[]): number | null {
  return word === undefined ? 0 : null;
}

/** Options of Python's uvicorn, which many servers pass on. */
export const TLS = ['--ssl-keyfile', '--ssl-certfile'] as const;

export function any(...all: readonly Recognise[]): Recognise {
  return (words) => {
    for (const each of all) {
      const length = each(words);
      if (length !== null) return length;
    }
    return null;
  };
}
