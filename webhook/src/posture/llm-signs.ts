import type { Container, Pod } from '../inject/index.ts';

/** Images, ports, commands and variables typical of LLM workloads. Each is a hint, not a proof. */
const IMAGES =
  /(^|[/_-])(vllm|vllm-openai|ollama|text-generation-inference|llama[._-]?cpp|sglang|tritonserver|litellm|lmdeploy|tgi|localai|open-webui|langchain|langgraph|langserve|llama-?index|ray-llm|xinference|huggingface|transformers)(-|_|:|@|$|\/)/i;
const COMMANDS =
  /\b(vllm|ollama serve|llama-server|sglang|tritonserver|text-generation-launcher|litellm|mlc_llm|lmdeploy|langserve)\b/i;
const VARIABLES =
  /^(OPENAI|ANTHROPIC|AZURE_OPENAI|GEMINI|GOOGLE_GENAI|MISTRAL|COHERE|GROQ|TOGETHER|HUGGING_FACE_HUB|HF|OLLAMA|VLLM|LANGCHAIN|LANGSMITH|LITELLM)_(API_KEY|TOKEN|HOST|BASE_URL|API_BASE|HUB_TOKEN|MASTER_KEY)$/;
const PORTS: ReadonlySet<number> = new Set([11434, 30000]);

/** Why a container looks like part of an LLM workload. */
export type Sign = 'image' | 'command' | 'environment' | 'port';

function signsOf({ image, command, args, env, ports }: Container): readonly Sign[] {
  return [
    ...(IMAGES.test(image ?? '') ? (['image'] as const) : []),
    ...(COMMANDS.test([...(command ?? []), ...(args ?? [])].join(' ')) ? (['command'] as const) : []),
    ...((env ?? []).some(({ name }) => VARIABLES.test(name)) ? (['environment'] as const) : []),
    ...((ports ?? []).some(({ containerPort }) => PORTS.has(containerPort)) ? (['port'] as const) : []),
  ];
}

/** Signs of an LLM workload in a pod; empty: none. */
export function llmSigns(pod: Pod): readonly Sign[] {
  return [...new Set([...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(signsOf))];
}

/** Variables with the key or the address of a model. */
export function isModelClient(variable: string): boolean {
  return VARIABLES.test(variable) && !/^(HF|HUGGING_FACE_HUB|VLLM)_/.test(variable);
}
