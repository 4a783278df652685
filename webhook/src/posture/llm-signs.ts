import type { Container, Pod } from '../inject/index.ts';

/** Images, ports, commands and variables typical of LLM workloads. Each is a hint, not a proof. */
const IMAGES =
  /(^|[/_-])(vllm|vllm-openai|ollama|text-generation-inference|text-generation-webui|text-embeddings-inference|llama[._-]?cpp|llamafile|sglang|tritonserver|litellm|lmdeploy|lmstack-router|tensorrt-?llm|mlx-lm|tabbyapi|aphrodite-engine|nim|tgi|localai|open-webui|anything-?llm|librechat|lobe-chat|dify-(api|worker|web)|flowise|langflow|ragflow|n8n|langchain|langgraph|langserve|llama-?index|haystack|crewai|autogen|openhands|kagent|letta|mem0|ray-llm|xinference|huggingface(server)?|transformers|claude-code|mcp)(-|_|:|@|$|\/)/i;
const COMMANDS =
  /\b(vllm|ollama serve|llama-server|llama_cpp|sglang|tritonserver|text-generation-launcher|litellm|mlc_llm|mlx_lm|lmdeploy|langserve|langgraph|crewai|huggingfaceserver|ray\.serve\.llm|fastmcp|supergateway)\b/i;
const MODELS =
  /^(OPENAI|ANTHROPIC|AZURE_OPENAI|GEMINI|GOOGLE_GENAI|GOOGLE_GENERATIVE_AI|MISTRAL|COHERE|GROQ|TOGETHER|DEEPSEEK|XAI|OPENROUTER|PERPLEXITY|FIREWORKS|CEREBRAS|VOYAGE|HUGGING_FACE_HUB|HF|OLLAMA|VLLM|LANGCHAIN|LANGSMITH|LITELLM|LLM)_(API_KEYS?|KEY|TOKEN|AUTH_TOKEN|HOST|BASE_URLS?|API_BASE(_URLS?)?|ENDPOINT|HUB_TOKEN|MASTER_KEY)$/;
const PORTS: ReadonlySet<number> = new Set([11434, 30000]);

/** Keys of the server itself, of a place to download models from, and of traces. */
const NOT_OF_CLIENTS = /^(HF|HUGGING_FACE_HUB|VLLM|LANGCHAIN|LANGSMITH)_|_MASTER_KEY$/;
/** The address that a server listens on, or one in the same pod. */
const HERE = /^([a-z]+:\/\/)?(0\.0\.0\.0|127\.0\.0\.1|localhost|\[?::1?\]?)?(:\d+)?(\/.*)?$/i;

/** Why a container looks like part of an LLM workload. */
export type Sign = 'image' | 'command' | 'environment' | 'port';

function signsOf({ image, command, args, env, ports }: Container): readonly Sign[] {
  return [
    ...(IMAGES.test(image ?? '') ? (['image'] as const) : []),
    ...(COMMANDS.test([...(command ?? []), ...(args ?? [])].join(' ')) ? (['command'] as const) : []),
    ...((env ?? []).some(({ name }) => MODELS.test(name)) ? (['environment'] as const) : []),
    ...((ports ?? []).some(({ containerPort }) => PORTS.has(containerPort)) ? (['port'] as const) : []),
  ];
}

/** Signs of an LLM workload in a pod; empty: none. */
export function llmSigns(pod: Pod): readonly Sign[] {
  return [...new Set([...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(signsOf))];
}

/** Variables with the key or the address of a model elsewhere. */
export function isModelClient({ name, value }: { readonly name: string; readonly value?: unknown }): boolean {
  const isHere = typeof value === 'string' && value !== '' && HERE.test(value);
  return MODELS.test(name) && !NOT_OF_CLIENTS.test(name) && !isHere;
}
