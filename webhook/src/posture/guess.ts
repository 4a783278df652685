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
  /^(QDRANT|WEAVIATE|MILVUS|CHROMA|PINECONE|PG|POSTGRES|DATABASE|REDIS|VALKEY|MONGO(DB)?|ELASTIC(SEARCH)?|OPENSEARCH|NEO4J|MEM0|ZEP|LETTA)(_[A-Z_]*)?(URL|URI|HOST|DSN|ENDPOINT|API_KEY|PASSWORD)$/;
const AGENTS =
  /(^|[/_-])(langgraph|langchain|langserve|autogen|crewai|open-webui|dify|flowise|n8n|llama-?index|openhands)(-|_|:|@|$|\/)/i;
const TOOL_FLAGS = /--(enable-auto-tool-choice|tool-call-parser|tool-server)\b/;
const TOOL_VARIABLES = /(^|_)MCP(_|$)|^(TAVILY|SERPAPI|SERPER|BRAVE|FIRECRAWL|EXA|JINA)_API_KEY$/;
const SERVICE_VARIABLES =
  /^(SLACK|GITHUB|GITLAB|JIRA|NOTION|SMTP|TWILIO|SENDGRID|STRIPE|SALESFORCE|DISCORD|TELEGRAM|ZENDESK|AWS|AZURE_CLIENT)_[A-Z_]*(TOKEN|KEY|SECRET|PASSWORD|HOST)$/;

function guessesOf({ image, command, args, env, envFrom }: Container): readonly Guess[] {
  const names = (env ?? []).map(({ name }) => name);
  const words = [...(command ?? []), ...(args ?? [])].join(' ');
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  const seen: readonly (readonly [Guess, boolean])[] = [
    ['asks_a_store', STORES.test(image ?? '') || has(STORE_VARIABLES)],
    ['agent_framework', AGENTS.test(image ?? '')],
    ['has_tools', TOOL_FLAGS.test(words) || has(TOOL_VARIABLES)],
    ['reaches_services', has(SERVICE_VARIABLES)],
    ['asks_a_model', names.some(isModelClient)],
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

/** Volumes that outlive the pod. */
function keepsData(pod: Pod): boolean {
  return (pod.spec.volumes ?? []).some(
    (volume) => 'persistentVolumeClaim' in volume || 'ephemeral' in volume,
  );
}

/** What the manifest of a pod suggests; empty: nothing, which proves nothing. */
export function guessFrom(pod: Pod): readonly Guess[] {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].flatMap(guessesOf);
  return [...new Set([...(keepsData(pod) ? (['keeps_data'] as const) : []), ...all])];
}
