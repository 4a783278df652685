import {
  any,
  byAddress,
  byOptions,
  byVariables,
  named,
  noImage,
  noProgram,
  program,
  pythonFile,
  pythonModule,
  TLS,
  withoutArgs,
  type Adapter,
} from './adapter.ts';
import { imageName, imageTag } from '../image.ts';

const VLLM_FORBIDDEN = [
  '--uds',
  '--grpc',
  '--headless',
  '--data-parallel-address',
  '--master-addr',
  ...TLS,
] as const;

const VLLM: Adapter = {
  name: 'vllm',
  serves: 'model',
  recognise: any(
    program(/^vllm$/, 'serve'),
    pythonModule('vllm.entrypoints.openai.api_server', 'vllm.entrypoints.api_server'),
    pythonModule('vllm.entrypoints.cli.main serve'),
  ),
  image: named('vllm-openai', 'vllm-cpu', 'vllm-cpu-release-repo', 'vllm-openai-rocm'),
  listeners: [byOptions(['--host'], ['--port'], 8000)],
  forbidden: VLLM_FORBIDDEN,
  forbiddenEnv: [],
};

/** The presets of KAITO start vLLM through this file, which passes options on; its port is 5000 (kaito: presets/workspace/inference/vllm). */
const KAITO: Adapter = {
  ...VLLM,
  name: 'kaito',
  recognise: pythonFile('vllm/inference_api.py'),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 5000)],
};

const OLLAMA: Adapter = {
  name: 'ollama',
  serves: 'model',
  recognise: program(/^ollama$/, 'serve', 'start'),
  image: named('ollama'),
  imageArgs: ([word]) => (word === undefined ? 0 : word === 'serve' || word === 'start' ? 1 : null),
  listeners: [byAddress('OLLAMA_HOST', 11434)],
  forbidden: [],
  forbiddenEnv: [],
};

/** A variable wins over the option here (LocalAI: CLI reference; core/cli/run.go names both variables in this order). */
const LOCALAI: Adapter = {
  name: 'localai',
  serves: 'model',
  recognise: program(/^local-ai$/, 'run'),
  image: named('localai', 'local-ai'),
  imageArgs: ([word]) => (word === 'run' ? 1 : 0),
  listeners: [byAddress('LOCALAI_ADDRESS', 8080)],
  forbidden: ['--address', '--p2p', '--federated'],
  forbiddenEnv: ['ADDRESS', 'LOCALAI_P2P', 'P2P', 'LOCALAI_FEDERATED', 'FEDERATED'],
};

const TGI: Adapter = {
  name: 'tgi',
  serves: 'model',
  recognise: program(/^text-generation-launcher$/),
  image: named('text-generation-inference'),
  // Its own default is 3000; the images set PORT=80.
  listeners: [byOptions(['--hostname'], ['--port', '-p'], 80, 'PORT')],
  forbidden: ['--ngrok'],
  forbiddenEnv: ['NGROK'],
};

const LLAMA_CPP: Adapter = {
  name: 'llama.cpp',
  serves: 'model',
  recognise: program(/^llama-server(\.exe)?$/),
  // Only images of this name with a tag server… start it; others are tools and a command line.
  image: (image) => imageName(image) === 'llama.cpp' && /^server([-.]|$)/.test(imageTag(image)),
  listeners: [byOptions(['--host'], ['--port'], 8080, 'LLAMA_ARG_PORT')],
  forbidden: ['--ssl-key-file', '--ssl-cert-file'],
  forbiddenEnv: ['LLAMA_ARG_SSL_KEY_FILE', 'LLAMA_ARG_SSL_CERT_FILE'],
};

const LLAMA_CPP_PYTHON: Adapter = {
  name: 'llama-cpp-python',
  serves: 'model',
  recognise: pythonModule('llama_cpp.server'),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 8000, 'PORT')],
  forbidden: ['--config-file', ...TLS],
  forbiddenEnv: ['CONFIG_FILE', 'SSL_KEYFILE', 'SSL_CERTFILE'],
};

const SGLANG: Adapter = {
  name: 'sglang',
  serves: 'model',
  recognise: any(pythonModule('sglang.launch_server'), program(/^sglang$/, 'serve')),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 30000)],
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

/**
 * Options over variables over `config.yml`, unless `--config` names a file, which wins over all (tabbyAPI: common/tabby_config.py). The image
 * starts `python3`, with `main.py` where there are no args.
 */
const TABBY: Adapter = {
  name: 'tabbyapi',
  serves: 'model',
  recognise: noProgram,
  image: named('tabbyapi'),
  imageArgs: ([word]) => (word === 'main.py' ? 1 : null),
  listeners: [byOptions(['--host'], ['--port'], 5000, 'TABBY_NETWORK_PORT')],
  forbidden: ['--config'],
  forbiddenEnv: [],
};

const TABBY_WITHOUT_ARGS: Adapter = {
  ...TABBY,
  imageArgs: withoutArgs,
  listeners: [byVariables('TABBY_NETWORK_HOST', ['TABBY_NETWORK_PORT'], 5000)],
};

/** Its supervisor and its worker listen on the same host (inference.readthedocs.io: Using Xinference). */
const XINFERENCE: Adapter = {
  name: 'xinference',
  serves: 'model',
  recognise: program(/^xinference-local$/),
  image: noImage,
  listeners: [byOptions(['--host', '-H'], ['--port', '-p'], 9997)],
  forbidden: [],
  forbiddenEnv: [],
};

/**
 * Its metrics listen on the same host, at a port of their own, and at `/metrics` of the main one too (text-embeddings-inference: router/src/main.rs,
 * router/src/prometheus.rs). Images with a tag -grpc speak gRPC; the others set PORT=80.
 */
const TEI: Adapter = {
  name: 'text-embeddings-inference',
  serves: 'model',
  recognise: program(/^text-embeddings-router$/),
  image: (image) => imageName(image) === 'text-embeddings-inference' && !imageTag(image).endsWith('-grpc'),
  listeners: [byOptions(['--hostname'], ['--port', '-p'], 80, 'PORT')],
  forbidden: [],
  forbiddenEnv: [],
};

/** (mlx-lm: mlx_lm/server.py) */
const MLX: Adapter = {
  name: 'mlx-lm',
  serves: 'model',
  recognise: any(
    program(/^mlx_lm\.server$/),
    program(/^mlx_lm$/, 'server'),
    pythonModule('mlx_lm.server', 'mlx_lm server'),
  ),
  image: noImage,
  listeners: [byOptions(['--host'], ['--port'], 8080)],
  forbidden: [],
  forbiddenEnv: [],
};

export const ENGINES: readonly Adapter[] = [
  VLLM,
  KAITO,
  OLLAMA,
  LOCALAI,
  TGI,
  LLAMA_CPP,
  LLAMA_CPP_PYTHON,
  SGLANG,
  TABBY,
  TABBY_WITHOUT_ARGS,
  XINFERENCE,
  TEI,
  MLX,
];
