import type { Container, Pod } from '../inject/index.ts';
import { isModelClient } from './llm-signs.ts';

/** What in a manifest suggests that a condition is not met. */
export type Guess =
  | 'keeps_data'
  | 'asks_a_store'
  | 'asks_a_model'
  | 'has_tools'
  | 'reaches_services'
  | 'agent_framework'
  | 'holds_credentials';

const STORES =
  /(^|[/_-])(qdrant|weaviate|milvus|chroma(db)?|pgvector|vespa|opensearch|elasticsearch|redis(-stack)?|valkey|postgres(ql)?|mongo(db)?|neo4j|mem0|letta|zep)(-|_|:|@|$|\/)/i;
const STORE_VARIABLES =
  /(^|_)(QDRANT|WEAVIATE|MILVUS|CHROMA|PINECONE|PG|PGVECTOR|POSTGRES(QL|DB)?|DATABASE|DB|REDIS|VALKEY|MONGO(DB)?|ELASTIC(SEARCH)?|OPENSEARCH|NEO4J|MEM0|ZEP|LETTA)(_[A-Z_]*)?(URL|URI|HOST|DSN|ENDPOINT|API_KEY|PASSWORD)$/;
const AGENTS =
  /(^|[/_-])(langgraph|langchain|langserve|langflow|autogen|crewai|open-webui|anything-?llm|librechat|lobe-chat|dify|flowise|ragflow|n8n|llama-?index|haystack|openhands|kagent|letta|claude-code)(-|_|:|@|$|\/)/i;
const AGENT_COMMANDS = /\b(langgraph|langserve|crewai)\b/i;
const TOOL_FLAGS = /--(enable-auto-tool-choice|tool-call-parser|tool-server)\b|\b(fastmcp|supergateway)\b/;
const TOOL_IMAGES = /(^|[/_-])mcp(-|_|:|@|$|\/)/i;
const TOOL_VARIABLES = /(^|_)MCP(_|$)|^(TAVILY|SERPAPI|SERPER|BRAVE|FIRECRAWL|EXA|JINA)_API_KEY$/;
const SERVICE_VARIABLES =
  /^(SLACK|GITHUB|GITLAB|JIRA|NOTION|SMTP|TWILIO|SENDGRID|STRIPE|SALESFORCE|DISCORD|TELEGRAM|ZENDESK|AWS|AZURE_CLIENT)_[A-Z_]*(TOKEN|KEY|SECRET|PASSWORD|HOST)$/;

function guessesOf({ image, command, args, env, envFrom }: Container): readonly Guess[] {
  const names = (env ?? []).map(({ name }) => name);
  const words = [...(command ?? []), ...(args ?? [])].join(' ');
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const seen: readonly (readonly [Guess, boolean])[] = [
    ['asks_a_store', STORES.test(image ?? '') || has(STORE_VARIABLES)],
    ['agent_framework', AGENTS.test(image ?? '') || AGENT_COMMANDS.test(words)],
    ['has_tools', TOOL_FLAGS.test(words) || TOOL_IMAGES.test(image ?? '') || has(TOOL_VARIABLES)],
    ['reaches_services', has(SERVICE_VARIABLES)],
    ['asks_a_model', (env ?? []).some(isModelClient)],
    [
      'holds_credentials',
      (envFrom ?? []).some(isSecret) || (env ?? []).some((one) => isSecretKey(one.valueFrom)),
    ],
  ];
  return seen.flatMap(([guess, isSo]) => (isSo ? [guess] : []));
}

function isSecret(source: unknown): boolean {
  return typeof source === 'object' && source !== null && 'secretRef' in source;
}

function isSecretKey(source: unknown): boolean {
  return typeof source === 'object' && source !== null && 'secretKeyRef' in source;
}

/** Paths and names of volumes with models, which a server downloads once and reads. */
const OF_MODELS =
  /(^|[/._-])(models?|weights|checkpoints?|huggingface|hf|hub|ollama|nim|loras?|gguf)([/._-]|$)|\/\.cache(\/|$)/i;
/** Servers that keep their models at `/data`. */
const MODELS_AT_DATA = /text-(generation|embeddings)-inference/i;

function holdsModelsAt({
  mountPath,
  image,
}: {
  readonly mountPath: string;
  readonly image: string;
}): boolean {
  return OF_MODELS.test(mountPath) || (mountPath === '/data' && MODELS_AT_DATA.test(image));
}

/** Volumes that outlive the pod, apart from those that are read only, or hold models by their names or by where they are mounted. */
function keepsData({ spec: { volumes, containers, initContainers } }: Pod): boolean {
  const mounts = [...containers, ...(initContainers ?? [])].flatMap(({ image, volumeMounts }) =>
    (volumeMounts ?? []).map((mount) => ({ ...mount, image: image ?? '' })),
  );
  return (volumes ?? []).some((volume) => {
    if (!('persistentVolumeClaim' in volume || 'ephemeral' in volume)) return false;
    const uses = mounts.filter(({ name }) => name === volume.name);
    const isRead = uses.length > 0 && uses.every(({ readOnly }) => readOnly === true);
    const holdsModels = uses.length > 0 && uses.every(holdsModelsAt);
    return !isRead && !holdsModels && !OF_MODELS.test(volume.name);
  });
}

/** What the manifest of a pod suggests; empty: nothing, which proves nothing. */
export function guessFrom(pod: Pod): readonly Guess[] {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(guessesOf);
  return [...new Set([...(keepsData(pod) ? (['keeps_data'] as const) : []), ...all])];
}
