/** How a server finds one of its settings, by its documentation: the last option, else the first variable, else the default. */
export interface Value {
  readonly options: readonly string[];
  readonly variables: readonly string[];
  readonly fallback: string;
}

interface Listening {
  readonly host: Value;
  readonly port: Value;
  /** One setting with `host:port`, in place of both. */
  readonly address: Value | null;
}

/** A server, as far as its listeners go. Written apart from the webhook's adapters, which it checks. */
export interface Server {
  readonly is: (words: readonly string[]) => boolean;
  readonly listeners: readonly Listening[];
}

type Setting = readonly [options: readonly string[], variables: readonly string[], fallback: string];

function value([options, variables, fallback]: Setting): Value {
  return { options, variables, fallback };
}

const NOTHING = value([[], [], '']);

function listens(host: Setting, port: Setting): Listening {
  return { host: value(host), port: value(port), address: null };
}

function addressed(address: Setting): Listening {
  return { host: NOTHING, port: NOTHING, address: value(address) };
}

/** `names` are the words that start it. */
function server(names: string, ...listeners: readonly Listening[]): Server {
  const wanted = names.split(' ');
  const same = (word: string, at: number): boolean => {
    const pattern = wanted[at] ?? '';
    return pattern.startsWith('…') ? word.endsWith(pattern.slice(1)) : word === pattern;
  };
  return {
    is: (words) => words.slice(0, wanted.length).every(same) && words.length >= wanted.length,
    listeners,
  };
}

function plain(names: string, port: string, host = '0.0.0.0'): Server {
  return server(names, listens([['--host'], [], host], [['--port'], [], port]));
}

export const SERVERS: readonly Server[] = [
  plain('vllm serve', '8000'),
  plain('python3 -m vllm.entrypoints.openai.api_server', '8000'),
  plain('python3 …vllm/inference_api.py', '5000'),
  plain('python3 -m sglang.launch_server', '30000', '127.0.0.1'),
  server(
    'text-generation-launcher',
    listens([['--hostname'], [], '0.0.0.0'], [['--port', '-p'], ['PORT'], '3000']),
  ),
  server(
    'llama-server',
    listens([['--host'], ['LLAMA_ARG_HOST'], '127.0.0.1'], [['--port'], ['LLAMA_ARG_PORT'], '8080']),
  ),
  server(
    'text-embeddings-router',
    listens([['--hostname'], [], '0.0.0.0'], [['--port', '-p'], ['PORT'], '3000']),
  ),
  plain('python3 -m mlx_lm server', '8080', '127.0.0.1'),
  plain('vllm-router', '8001'),
  server('ollama serve', addressed([[], ['OLLAMA_HOST'], '127.0.0.1:11434'])),
  server('local-ai', addressed([[], ['LOCALAI_ADDRESS', 'ADDRESS'], ':8080'])),
  server('xinference-local', listens([['--host', '-H'], [], '127.0.0.1'], [['--port', '-p'], [], '9997'])),
  server(
    'python3 main.py',
    listens([['--host'], ['TABBY_NETWORK_HOST'], '127.0.0.1'], [['--port'], ['TABBY_NETWORK_PORT'], '5000']),
  ),
  server(
    'tritonserver',
    listens([['--http-address'], [], '0.0.0.0'], [['--http-port'], [], '8000']),
    listens([['--grpc-address'], [], '0.0.0.0'], [['--grpc-port'], [], '8001']),
    listens([['--metrics-address'], [], '0.0.0.0'], [['--metrics-port'], [], '8002']),
  ),
  server(
    'python3 -m huggingfaceserver',
    listens([[], [], '0.0.0.0'], [['--http_port'], [], '8080']),
    listens([[], [], '0.0.0.0'], [['--grpc_port'], [], '8081']),
  ),
  server(
    'mlserver start',
    ...(['HTTP 8080', 'GRPC 8081', 'METRICS 8082'] as const).map((each) => {
      const [name = '', port = ''] = each.split(' ');
      return listens([[], ['MLSERVER_HOST'], '0.0.0.0'], [[], [`MLSERVER_${name}_PORT`], port]);
    }),
  ),
  server('nim', listens([[], [], '0.0.0.0'], [[], ['NIM_SERVER_PORT', 'NIM_HTTP_API_PORT'], '8000'])),
  server('litellm', listens([['--host'], ['HOST'], '0.0.0.0'], [['--port'], ['PORT'], '4000'])),
  server('open-webui-start', listens([[], ['HOST'], '0.0.0.0'], [[], ['PORT'], '8080'])),
  server(
    'langflow run',
    listens([['--host'], ['LANGFLOW_HOST'], '127.0.0.1'], [['--port'], ['LANGFLOW_PORT'], '7860']),
  ),
  server('flowise start', listens([[], ['HOST'], '0.0.0.0'], [[], ['PORT'], '3000'])),
  server('n8n', listens([[], ['N8N_LISTEN_ADDRESS'], '::'], [[], ['N8N_PORT'], '5678'])),
  server('dify', listens([[], ['DIFY_BIND_ADDRESS'], '0.0.0.0'], [[], ['DIFY_PORT'], '5001'])),
  plain('langgraph dev', '2024', '127.0.0.1'),
  // Before 4.2, which knows no option for the host.
  server('supergateway', listens([[], [], '0.0.0.0'], [['--port'], [], '8000'])),
  server(
    'fastmcp run',
    listens([['--host'], ['FASTMCP_HOST'], '127.0.0.1'], [['--port', '-p'], ['FASTMCP_PORT'], '8000']),
  ),
];

export const PROGRAMS: readonly string[] = [
  'dify',
  'fastmcp',
  'flowise',
  'langflow',
  'langgraph',
  'litellm',
  'llama-server',
  'local-ai',
  'mlserver',
  'n8n',
  'nim',
  'ollama',
  'open-webui-start',
  'python3',
  'supergateway',
  'text-generation-launcher',
  'text-embeddings-router',
  'tritonserver',
  'vllm',
  'vllm-router',
  'xinference-local',
];

/** Entry point, arguments by default and environment of an image. */
interface ImageStart {
  readonly entry: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly (readonly [string, string])[];
}

type Start = readonly [
  image: RegExp,
  entry: string,
  args?: string,
  env?: readonly (readonly [string, string])[],
];

const IMAGES: readonly Start[] = [
  [/\/vllm-openai[:@]/, 'vllm serve'],
  [/\/ollama[:@]/, 'ollama', 'serve', [['OLLAMA_HOST', '0.0.0.0:11434']]],
  [/\/text-generation-inference[:@]/, 'text-generation-launcher', '', [['PORT', '80']]],
  [/\/text-embeddings-inference:/, 'text-embeddings-router', '--json-output', [['PORT', '80']]],
  [/\/lmstack-router:/, 'vllm-router'],
  [/\/llama\.cpp:server/, 'llama-server', '', [['LLAMA_ARG_HOST', '0.0.0.0']]],
  [/\/localai[:@]/, 'local-ai'],
  [/\/tabbyapi[:@]/, 'python3', 'main.py'],
  [/\/huggingfaceserver[:@]/, 'python3 -m huggingfaceserver'],
  [/\/mlserver[:@]/, 'mlserver start /mnt/models'],
  [/\/nim\//, 'nim'],
  [/\/litellm(?:-database|-non_root)?[:@]/, 'litellm', '--port 4000'],
  [/\/open-webui[:@]/, 'open-webui-start'],
  [
    /\/langflow[:@]/,
    'langflow run',
    '',
    [
      ['LANGFLOW_HOST', '0.0.0.0'],
      ['LANGFLOW_PORT', '7860'],
    ],
  ],
  [/\/flowise[:@]/, 'flowise start'],
  [/\/n8n[:@]/, 'n8n'],
  [/\/dify-api[:@]/, 'dify'],
  [/\/supergateway[:@]/, 'supergateway'],
];

/** Null: an image of which only its command is known. */
export function imageStart(image: string): ImageStart | null {
  const found = IMAGES.find(([pattern]) => pattern.test(image));
  if (found === undefined) return null;
  const [, entry, args = '', env = []] = found;
  return { entry: entry.split(' '), args: args.split(' ').filter((word) => word !== ''), env };
}
