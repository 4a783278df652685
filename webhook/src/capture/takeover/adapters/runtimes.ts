import {
  any,
  byOptions,
  byVariables,
  named,
  noImage,
  noProgram,
  program,
  pythonModule,
  withoutArgs,
  type Adapter,
  type Listener,
} from './adapter.ts';

const TRITON: Adapter = {
  name: 'triton',
  serves: 'model',
  recognise: program(/^tritonserver$/),
  image: noImage,
  listeners: [
    byOptions(['--http-address'], ['--http-port'], 8000),
    { ...byOptions(['--grpc-address'], ['--grpc-port'], 8001), inspectable: false },
    byOptions(['--metrics-address'], ['--metrics-port'], 8002),
  ],
  forbidden: ['--allow-sagemaker', '--allow-vertex-ai'],
  // Set by Vertex AI; the server then also listens for it.
  forbiddenEnv: ['AIP_MODE'],
};

function everywhere(listener: Listener): Listener {
  return { ...listener, loopback: false };
}

/** The host is fixed to 0.0.0.0 (kserve: python/kserve/kserve/model_server.py and protocol/rest/server.py). */
const HUGGINGFACESERVER: Adapter = {
  name: 'huggingfaceserver',
  serves: 'model',
  recognise: pythonModule('huggingfaceserver'),
  image: named('huggingfaceserver'),
  listeners: [
    everywhere(byOptions([], ['--http_port'], 8080)),
    everywhere({ ...byOptions([], ['--grpc_port'], 8081), inspectable: false }),
  ],
  forbidden: [],
  forbiddenEnv: [],
};

/** A `settings.json` beside the models wins over variables (MLServer: mlserver/settings.py); the port is then taken, and it does not start. */
const MLSERVER: Adapter = {
  name: 'mlserver',
  serves: 'model',
  recognise: program(/^mlserver$/, 'start'),
  image: named('mlserver'),
  listeners: [
    byVariables('MLSERVER_HOST', ['MLSERVER_HTTP_PORT'], 8080),
    { ...byVariables('MLSERVER_HOST', ['MLSERVER_GRPC_PORT'], 8081), inspectable: false },
    byVariables('MLSERVER_HOST', ['MLSERVER_METRICS_PORT'], 8082),
  ],
  forbidden: [],
  forbiddenEnv: ['MLSERVER_KAFKA_ENABLED'],
};

/** One variable is of NIMs on vLLM and SGLang, the other of those on Triton; none names a host (docs.nvidia.com: NIM, environment variables). */
const NIM: Adapter = {
  name: 'nim',
  serves: 'model',
  recognise: noProgram,
  image: (image) => /(^|\/)nim\//.test(image),
  imageArgs: withoutArgs,
  listeners: [byVariables(null, ['NIM_SERVER_PORT', 'NIM_HTTP_API_PORT'], 8000)],
  forbidden: [],
  // Its health port is a listener of its own.
  forbiddenEnv: ['NIM_HEALTH_PORT', 'NIM_SSL_MODE'],
};

/** Options over variables (docs.litellm.ai: CLI arguments). */
const LITELLM: Adapter = {
  name: 'litellm',
  serves: 'application',
  recognise: any(program(/^litellm$/), pythonModule('litellm')),
  image: named('litellm', 'litellm-database', 'litellm-non_root'),
  listeners: [byOptions(['--host'], ['--port'], 4000, 'PORT')],
  forbidden: ['--ssl-keyfile-path', '--ssl-certfile-path'],
  forbiddenEnv: ['SSL_KEYFILE_PATH', 'SSL_CERTFILE_PATH'],
};

/** Options over the files of `--dynamic-config-…` (production-stack: src/vllm_router/parsers/parser.py, docker/Dockerfile). */
const VLLM_ROUTER: Adapter = {
  name: 'vllm-router',
  serves: 'application',
  recognise: any(program(/^vllm-router$/), pythonModule('vllm_router.app')),
  image: (image) => /(^|\/)(lmstack-router|production-stack\/router)(:|@|$)/.test(image),
  listeners: [byOptions(['--host'], ['--port'], 8001)],
  forbidden: [],
  forbiddenEnv: [],
};

export const RUNTIMES: readonly Adapter[] = [TRITON, HUGGINGFACESERVER, MLSERVER, NIM, LITELLM, VLLM_ROUTER];
