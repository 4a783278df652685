import type { Recognise } from './server-call.ts';
import { baseName } from './server-call.ts';

/** One listener of a model server and how to move it. Options override environment in every server here that has both. */
export interface Listener {
  readonly host: readonly string[];
  readonly port: readonly string[];
  /** A variable that gives the port where no option does. */
  readonly portEnv: string | null;
  readonly defaultPort: number;
  /** False: the listener is moved to loopback and stays closed, because the sidecar does not speak its protocol. */
  readonly inspectable: boolean;
}

/** What takeover knows about a model server. */
export interface Adapter {
  readonly name: string;
  readonly recognise: Recognise;
  /** Repository names (last path segments) of images whose entry point is the server. */
  readonly image: RegExp | null;
  readonly listeners: readonly Listener[];
  /** A variable that holds `host:port` of the first listener, for servers without options. */
  readonly addressEnv: string | null;
  /** Options that open other listeners or a socket instead. */
  readonly forbidden: readonly string[];
}

const listener = (
  host: readonly string[],
  port: readonly string[],
  defaultPort: number,
  portEnv: string | null = null,
): Listener => ({ host, port, portEnv, defaultPort, inspectable: true });

const isPython = (word: string | undefined): boolean =>
  word !== undefined && /^python(3(\.\d+)?)?$/.test(baseName(word));

/** `python [-flags] -m MODULE` */
const pythonModule =
  (...modules: readonly string[]): Recognise =>
  (words) => {
    if (!isPython(words[0])) return null;
    const at = words.findIndex((word, index) => index > 0 && !/^-[a-zA-Z]$/.test(word));
    return at > 1 && words[at - 1] === '-m' && modules.includes(words[at] ?? '') ? at + 1 : null;
  };

const program =
  (name: RegExp, subcommand: string | null = null): Recognise =>
  (words) => {
    if (words[0] === undefined || !name.test(baseName(words[0]))) return null;
    if (subcommand === null) return 1;
    return words[1] === subcommand ? 2 : null;
  };

const any =
  (...all: readonly Recognise[]): Recognise =>
  (words) => {
    for (const each of all) {
      const length = each(words);
      if (length !== null) return length;
    }
    return null;
  };

const VLLM: Adapter = {
  name: 'vllm',
  recognise: any(
    program(/^vllm$/, 'serve'),
    pythonModule('vllm.entrypoints.openai.api_server', 'vllm.entrypoints.api_server'),
  ),
  image: /^(vllm-openai|vllm-cpu|vllm-cpu-release-repo|vllm-openai-rocm)$/,
  listeners: [listener(['--host'], ['--port'], 8000)],
  addressEnv: null,
  forbidden: ['--uds'],
};

const OLLAMA: Adapter = {
  name: 'ollama',
  recognise: program(/^ollama$/, 'serve'),
  image: /^ollama$/,
  listeners: [listener([], [], 11434)],
  addressEnv: 'OLLAMA_HOST',
  forbidden: [],
};

const TGI: Adapter = {
  name: 'tgi',
  recognise: program(/^text-generation-launcher$/),
  image: /^text-generation-inference$/,
  listeners: [listener(['--hostname'], ['--port', '-p'], 80, 'PORT')],
  addressEnv: null,
  forbidden: [],
};

const LLAMA_CPP: Adapter = {
  name: 'llama.cpp',
  recognise: program(/^llama-server(\.exe)?$/),
  image: /^llama\.cpp$/,
  listeners: [listener(['--host'], ['--port'], 8080, 'LLAMA_ARG_PORT')],
  addressEnv: null,
  forbidden: [],
};

const LLAMA_CPP_PYTHON: Adapter = {
  name: 'llama-cpp-python',
  recognise: pythonModule('llama_cpp.server'),
  image: null,
  listeners: [listener(['--host'], ['--port'], 8000, 'PORT')],
  addressEnv: null,
  forbidden: ['--config_file'],
};

const SGLANG: Adapter = {
  name: 'sglang',
  recognise: any(pythonModule('sglang.launch_server'), program(/^sglang$/, 'serve')),
  image: null,
  listeners: [listener(['--host'], ['--port'], 30000)],
  addressEnv: null,
  forbidden: ['--grpc-mode'],
};

const TRITON: Adapter = {
  name: 'triton',
  recognise: program(/^tritonserver$/),
  image: null,
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
};

/** The servers that takeover can move by itself. */
export const ADAPTERS: readonly Adapter[] = [VLLM, OLLAMA, TGI, LLAMA_CPP, LLAMA_CPP_PYTHON, SGLANG, TRITON];

/** The last path segment of an image reference, without tag and digest: `vllm-openai`. */
export const imageName = (image: string): string => baseName(image.split('@')[0] ?? '').split(':')[0] ?? '';
