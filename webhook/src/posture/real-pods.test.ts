import type { Container, Pod } from '../inject/index.ts';
import { guessFrom, type Guess } from './guess.ts';
import { llmSigns, type Sign } from './llm-signs.ts';

function env(...names: readonly string[]): Container['env'] {
  return names.map((written) => {
    const [name = '', value] = written.split('=');
    return value === undefined
      ? { name, valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }
      : { name, value };
  });
}

/** A persistent volume, mounted there. */
function kept(name: string, mountPath: string, readOnly = false): Pick<Container, 'volumeMounts'> {
  return { volumeMounts: [{ name, mountPath, readOnly }] };
}

function pod(...containers: readonly Partial<Container>[]): Pod {
  const mounted = containers.flatMap(({ volumeMounts }) => volumeMounts ?? []);
  return {
    metadata: { name: 'p', namespace: 'n' },
    spec: {
      containers: containers.map((container, index) => ({ name: `c${index}`, ...container })),
      volumes: mounted.map(({ name }) => ({ name, persistentVolumeClaim: { claimName: name } })),
    },
  };
}

/** Pods as charts and operators make them: signs of an LLM workload, and what is guessed of the conditions. */
const PODS: readonly (readonly [string, Pod, readonly Sign[], readonly Guess[]])[] = [
  ['nginx', pod({ image: 'docker.io/library/nginx:1.27', ports: [{ containerPort: 80 }] }), [], []],
  [
    'PostgreSQL',
    pod({ image: 'postgres:17', env: env('POSTGRES_PASSWORD'), ...kept('data', '/var/lib/postgresql/data') }),
    [],
    ['keeps_data', 'asks_a_store', 'holds_credentials'],
  ],
  ['pgvector', pod({ image: 'pgvector/pgvector:pg17' }), [], ['asks_a_store']],
  [
    'Qdrant',
    pod({ image: 'qdrant/qdrant:v1.15', ...kept('storage', '/qdrant/storage') }),
    [],
    ['keeps_data', 'asks_a_store'],
  ],
  ['Redis', pod({ image: 'redis:8' }), [], ['asks_a_store']],
  [
    'a shop with a database',
    pod({ image: 'registry.test/shop:1', env: env('DATABASE_URL', 'STRIPE_API_KEY') }),
    [],
    ['asks_a_store', 'reaches_services', 'holds_credentials'],
  ],
  [
    'Prometheus',
    pod({ image: 'quay.io/prometheus/prometheus:v3', ...kept('data', '/prometheus') }),
    [],
    ['keeps_data'],
  ],
  ['a notebook', pod({ image: 'quay.io/jupyter/scipy-notebook:2026-01-01' }), [], []],
  [
    'Ray without a model',
    pod({ image: 'rayproject/ray:2.46.0', args: ['ray start --head --block'] }),
    [],
    [],
  ],
  [
    'vLLM',
    pod({
      image: 'vllm/vllm-openai:v0.11.0',
      args: ['--model', 'm'],
      env: env('HF_TOKEN'),
      ...kept('cache', '/root/.cache/huggingface'),
    }),
    ['image', 'environment'],
    ['holds_credentials'],
  ],
  [
    'vLLM with tools',
    pod({
      image: 'vllm/vllm-openai:v0.11.0',
      args: ['--enable-auto-tool-choice', '--tool-call-parser', 'hermes'],
    }),
    ['image'],
    ['has_tools'],
  ],
  ['vLLM, router of the production stack', pod({ image: 'lmcache/lmstack-router:v0.1.8' }), ['image'], []],
  ['llm-d', pod({ image: 'ghcr.io/llm-d/llm-d-cuda:v0.3.0', command: ['vllm', 'serve'] }), ['command'], []],
  [
    'Ollama',
    pod({
      image: 'ollama/ollama:0.12.3',
      env: env('OLLAMA_HOST=0.0.0.0:11434'),
      ports: [{ containerPort: 11434 }],
      ...kept('ollama', '/root/.ollama'),
    }),
    ['image', 'environment', 'port'],
    [],
  ],
  [
    'TGI',
    pod({ image: 'ghcr.io/huggingface/text-generation-inference:3.3.4', ...kept('data', '/data') }),
    ['image'],
    [],
  ],
  ['TEI', pod({ image: 'ghcr.io/huggingface/text-embeddings-inference:cpu-1.8' }), ['image'], []],
  [
    'llama.cpp',
    pod({ image: 'ghcr.io/ggml-org/llama.cpp:server-b6500', ...kept('models', '/models') }),
    ['image'],
    [],
  ],
  [
    'SGLang',
    pod({ image: 'lmsysorg/sglang:v0.5.3', ports: [{ containerPort: 30000 }] }),
    ['image', 'port'],
    [],
  ],
  [
    'Triton',
    pod({
      image: 'nvcr.io/nvidia/tritonserver:25.08-py3',
      args: ['tritonserver', '--model-repository=/models'],
      ...kept('repo', '/models', true),
    }),
    ['image', 'command'],
    [],
  ],
  [
    'NIM',
    pod({
      image: 'nvcr.io/nim/meta/llama-3.1-8b-instruct:1.8.3',
      env: env('NGC_API_KEY'),
      ...kept('nim', '/opt/nim/.cache'),
    }),
    ['image'],
    ['holds_credentials'],
  ],
  [
    'KServe, Hugging Face',
    pod({
      image: 'kserve/huggingfaceserver:v0.15.0-gpu',
      args: ['--model_name=llama3', '--model_dir=/mnt/models'],
    }),
    ['image'],
    [],
  ],
  [
    'KServe, scikit-learn',
    pod({ image: 'kserve/sklearnserver:v0.15.0', args: ['--model_dir=/mnt/models'] }),
    [],
    [],
  ],
  [
    'Ray Serve with an LLM',
    pod({ image: 'rayproject/ray:2.50.0', args: ['serve run ray.serve.llm:build_openai_app'] }),
    ['command'],
    [],
  ],
  ['LocalAI', pod({ image: 'quay.io/localai/localai:v3.5.0' }), ['image'], []],
  [
    'MLX',
    pod({ image: 'registry.test/mlx:1', command: ['mlx_lm.server', '--port', '8080'] }),
    ['command'],
    [],
  ],
  [
    'LiteLLM',
    pod({ image: 'ghcr.io/berriai/litellm:main', env: env('LITELLM_MASTER_KEY') }),
    ['image', 'environment'],
    ['holds_credentials'],
  ],
  [
    'LiteLLM with a database and a provider',
    pod({ image: 'ghcr.io/berriai/litellm-database:main', env: env('DATABASE_URL', 'OPENAI_API_KEY') }),
    ['image', 'environment'],
    ['asks_a_store', 'asks_a_model', 'holds_credentials'],
  ],
  [
    'LangServe',
    pod({ image: 'registry.test/chain:1', command: ['langserve', 'serve'], env: env('OPENAI_API_KEY') }),
    ['command', 'environment'],
    ['agent_framework', 'asks_a_model', 'holds_credentials'],
  ],
  [
    'LangGraph',
    pod({
      image: 'registry.test/graph:1',
      command: ['langgraph', 'up'],
      env: env('DATABASE_URI', 'REDIS_URI'),
    }),
    ['command'],
    ['asks_a_store', 'agent_framework', 'holds_credentials'],
  ],
  [
    'Open WebUI beside Ollama',
    pod(
      { image: 'ollama/ollama:0.12' },
      {
        image: 'ghcr.io/open-webui/open-webui:v0.6.30',
        env: env('OLLAMA_BASE_URL=http://localhost:11434'),
        ...kept('data', '/app/backend/data'),
      },
    ),
    ['image', 'environment'],
    ['keeps_data', 'agent_framework'],
  ],
  [
    'Open WebUI',
    pod({
      image: 'ghcr.io/open-webui/open-webui:v0.6.30',
      env: env('OLLAMA_BASE_URLS=http://ollama.models:11434', 'OPENAI_API_BASE_URL=https://api.test/v1'),
    }),
    ['image', 'environment'],
    ['agent_framework', 'asks_a_model'],
  ],
  [
    'Dify',
    pod({ image: 'langgenius/dify-api:1.9.1', env: env('DB_HOST=postgres', 'REDIS_HOST=redis') }),
    ['image'],
    ['asks_a_store', 'agent_framework'],
  ],
  ['Flowise', pod({ image: 'flowiseai/flowise:3.0.7' }), ['image'], ['agent_framework']],
  [
    'Langflow',
    pod({ image: 'langflowai/langflow:1.6.0', env: env('LANGFLOW_DATABASE_URL') }),
    ['image'],
    ['asks_a_store', 'agent_framework', 'holds_credentials'],
  ],
  [
    'n8n',
    pod({
      image: 'docker.n8n.io/n8nio/n8n:1.110.1',
      env: env('DB_POSTGRESDB_HOST=postgres', 'QUEUE_BULL_REDIS_HOST=redis'),
    }),
    ['image'],
    ['asks_a_store', 'agent_framework'],
  ],
  [
    'AnythingLLM',
    pod({ image: 'mintplexlabs/anythingllm:1.9', ...kept('storage', '/app/server/storage') }),
    ['image'],
    ['keeps_data', 'agent_framework'],
  ],
  [
    'LibreChat',
    pod({ image: 'ghcr.io/danny-avila/librechat:v0.8.0', env: env('MONGO_URI') }),
    ['image'],
    ['asks_a_store', 'agent_framework', 'holds_credentials'],
  ],
  [
    'a crew of agents',
    pod({ image: 'registry.test/crew:1', env: env('OPENAI_API_KEY', 'SERPER_API_KEY', 'SLACK_BOT_TOKEN') }),
    ['environment'],
    ['has_tools', 'reaches_services', 'asks_a_model', 'holds_credentials'],
  ],
  [
    'a notebook with a key',
    pod({ image: 'quay.io/jupyterhub/k8s-singleuser-sample:4.3.0', env: env('OPENAI_API_KEY') }),
    ['environment'],
    ['asks_a_model', 'holds_credentials'],
  ],
  [
    'an MCP server',
    pod({ image: 'ghcr.io/github/github-mcp-server:0.20', env: env('GITHUB_PERSONAL_ACCESS_TOKEN') }),
    ['image'],
    ['has_tools', 'reaches_services', 'holds_credentials'],
  ],
  [
    'a client of a model in the cluster',
    pod({ image: 'registry.test/chat:1', env: env('OPENAI_BASE_URL=http://vllm.models.svc:8000/v1') }),
    ['environment'],
    ['asks_a_model'],
  ],
  [
    'a coding agent in a pipeline',
    pod({ image: 'registry.test/claude-code:1', env: env('ANTHROPIC_API_KEY') }),
    ['image', 'environment'],
    ['agent_framework', 'asks_a_model', 'holds_credentials'],
  ],
];

it.each(PODS)('%s', (_name, given, signs, guesses) => {
  expect({ signs: llmSigns(given), guesses: [...guessFrom(given)].sort() }).toEqual({
    signs,
    guesses: [...guesses].sort(),
  });
});
