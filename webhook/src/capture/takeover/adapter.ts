import { baseName, type Recognise } from './server-call.ts';
import { imageName, imageTag } from './image.ts';

/** One listener of a model server and how to move it. In all of these servers, options override environment variables. */
export interface Listener {
  readonly host: readonly string[];
  readonly port: readonly string[];
  /** Variable with the port, if there is no option. */
  readonly portEnv: string | null;
  readonly defaultPort: number;
  /** False: the listener is moved to loopback and stays closed, because the sidecar does not speak its protocol. */
  readonly inspectable: boolean;
}

/** Properties of a model server for takeover. */
export interface Adapter {
  readonly name: string;
  readonly recognise: Recognise;
  /** True for images whose entry point is the server, so that a container's args are its arguments. */
  readonly image: (image: string) => boolean;
  /** Number of leading args of such an image that are not the server's options; null: the args run another program. Default: 0. */
  readonly imageArgs?: Recognise;
  readonly listeners: readonly Listener[];
  /** Variable with `host:port` of the first listener, for servers without options. */
  readonly addressEnv: string | null;
  /** Options that add listeners, or use TLS, gRPC or a tunnel. Harmless with an off value. */
  readonly forbidden: readonly string[];
  /** Variables with the same effect. */
  readonly forbiddenEnv: readonly string[];
}

function listener(
  host: readonly string[],
  port: readonly string[],
  defaultPort: number,
  portEnv: string | null = null,
): Listener {
  return { host, port, portEnv, defaultPort, inspectable: true };
}

function isPython(word: string | undefined): boolean {
  return word !== undefined && /^python(3(\.\d+)?)?$/.test(baseName(word));
}

/** `python [-flags] -m MODULE`, or `MODULE SUBCOMMAND` */
function pythonModule(...modules: readonly string[]): Recognise {
  return (words) => {
    if (!isPython(words[0])) return null;
    const at = words.findIndex((word, index) => index > 0 && !/^-[a-zA-Z]$/.test(word));
    if (at < 2 || words[at - 1] !== '-m') return null;
    const found = modules.find((name) => name === words.slice(at, at + name.split(' ').length).join(' '));
    return found === undefined ? null : at + found.split(' ').length;
  };
}

function program(name: RegExp, ...subcommands: readonly string[]): Recognise {
  return (words) => {
    if (words[0] === undefined || !name.test(baseName(words[0]))) return null;
    if (subcommands.length === 0) return 1;
    return subcommands.includes(words[1] ?? '') ? 2 : null;
  };
}

function named(...names: readonly string[]) {
  return (image: string): boolean => names.includes(imageName(image));
}

function noImage(): boolean {
  return false;
}

/** Options of Python's uvicorn, which three of the servers pass on. */
const TLS = ['--ssl-keyfile', '--ssl-certfile'] as const;

function any(...all: readonly Recognise[]): Recognise {
  return (words) => {
    for (const each of all) {
      const length = each(words);
      if (length !== null) return length;
    }
    return null;
  };
}

const VLLM: Adapter = {
  name: 'vllm',
  recognise: any(
    program(/^vllm$/, 'serve'),
    pythonModule('vllm.entrypoints.openai.api_server', 'vllm.entrypoints.api_server'),
    pythonModule('vllm.entrypoints.cli.main serve'),
  ),
  image: named('vllm-openai', 'vllm-cpu', 'vllm-cpu-release-repo', 'vllm-openai-rocm'),
  listeners: [listener(['--host'], ['--port'], 8000)],
  addressEnv: null,
  forbidden: ['--uds', '--grpc', '--headless', '--data-parallel-address', '--master-addr', ...TLS],
  forbiddenEnv: [],
};

const OLLAMA: Adapter = {
  name: 'ollama',
  recognise: program(/^ollama$/, 'serve', 'start'),
  image: named('ollama'),
  imageArgs: ([word]) => (word === undefined ? 0 : word === 'serve' || word === 'start' ? 1 : null),
  listeners: [listener([], [], 11434)],
  addressEnv: 'OLLAMA_HOST',
  forbidden: [],
  forbiddenEnv: [],
};

const TGI: Adapter = {
  name: 'tgi',
  recognise: program(/^text-generation-launcher$/),
  image: named('text-generation-inference'),
  // Its own default is 3000; the images set PORT=80.
  listeners: [listener(['--hostname'], ['--port', '-p'], 80, 'PORT')],
  addressEnv: null,
  forbidden: ['--ngrok'],
  forbiddenEnv: ['NGROK'],
};

const LLAMA_CPP: Adapter = {
  name: 'llama.cpp',
  recognise: program(/^llama-server(\.exe)?$/),
  // Only images of this name with a tag server… start it; others are tools and a command line.
  image: (image) => imageName(image) === 'llama.cpp' && /^server([-.]|$)/.test(imageTag(image)),
  listeners: [listener(['--host'], ['--port'], 8080, 'LLAMA_ARG_PORT')],
  addressEnv: null,
  forbidden: ['--ssl-key-file', '--ssl-cert-file'],
  forbiddenEnv: ['LLAMA_ARG_SSL_KEY_FILE', 'LLAMA_ARG_SSL_CERT_FILE'],
};

const LLAMA_CPP_PYTHON: Adapter = {
  name: 'llama-cpp-python',
  recognise: pythonModule('llama_cpp.server'),
  image: noImage,
  listeners: [listener(['--host'], ['--port'], 8000, 'PORT')],
  addressEnv: null,
  forbidden: ['--config-file', ...TLS],
  forbiddenEnv: ['CONFIG_FILE', 'SSL_KEYFILE', 'SSL_CERTFILE'],
};

const SGLANG: Adapter = {
  name: 'sglang',
  recognise: any(pythonModule('sglang.launch_server'), program(/^sglang$/, 'serve')),
  image: noImage,
  listeners: [listener(['--host'], ['--port'], 30000)],
  addressEnv: null,
  forbidden: [
    '--grpc-mode',
    '--grpc-port',
    '--disaggregation-mode',
    '--disaggregation-bootstrap-port',
    '--dist-init-addr',
    '--kv-events-config',
    ...TLS,
  ],
  forbiddenEnv: [],
};

const TRITON: Adapter = {
  name: 'triton',
  recognise: program(/^tritonserver$/),
  image: noImage,
  listeners: [
    listener(['--http-address'], ['--http-port'], 8000),
    {
      host: ['--grpc-address'],
      port: ['--grpc-port'],
      portEnv: null,
      defaultPort: 8001,
      inspectable: false,
    },
    listener(['--metrics-address'], ['--metrics-port'], 8002),
  ],
  addressEnv: null,
  forbidden: ['--allow-sagemaker', '--allow-vertex-ai'],
  // Set by Vertex AI; the server then also listens for it.
  forbiddenEnv: ['AIP_MODE'],
};

/** The servers that takeover can move without an annotation. */
export const ADAPTERS: readonly Adapter[] = [VLLM, OLLAMA, TGI, LLAMA_CPP, LLAMA_CPP_PYTHON, SGLANG, TRITON];
