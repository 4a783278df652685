import { compilePaths } from './endpoint.ts';
import { compileHosts, intersectHosts } from './host-pattern.ts';

/** An endpoint to which an agent framework or SDK sends prompts and replies as traces, past the base URL of the model. */
export interface TracingReceiver {
  /** Name of the product. */
  readonly name: string;
  /** Patterns as in `action.hosts`, on any port. */
  readonly hosts: readonly string[];
  /** Paths on the host, as in `endpoints.pass`. Null: all. */
  readonly paths: readonly string[] | null;
  /** How to turn it off; appended to "turned off by". */
  readonly off: string;
}

/** Defaults of the SDKs. Receivers with private names are unknown. */
const TRACING_RECEIVERS: readonly TracingReceiver[] = [
  {
    name: 'OpenAI Agents SDK',
    hosts: ['api.openai.com', '*.api.openai.com'],
    paths: ['/v1/traces/*'],
    off: 'OPENAI_AGENTS_DISABLE_TRACING=1',
  },
  {
    name: 'LangSmith',
    hosts: ['api.smith.langchain.com', '*.api.smith.langchain.com'],
    paths: null,
    off: 'LANGSMITH_TRACING=false',
  },
  {
    name: 'Langfuse',
    hosts: ['cloud.langfuse.com', '*.cloud.langfuse.com'],
    paths: null,
    off: 'LANGFUSE_TRACING_ENABLED=false',
  },
  {
    name: 'Arize and Phoenix',
    hosts: ['otlp.arize.com', 'otlp.eu-west-1a.arize.com', 'app.phoenix.arize.com'],
    paths: null,
    off: 'OTEL_SDK_DISABLED=true',
  },
  { name: 'W&B Weave', hosts: ['trace.wandb.ai'], paths: null, off: 'WEAVE_DISABLED=true' },
  { name: 'Helicone', hosts: ['*.helicone.ai'], paths: null, off: 'leaving HELICONE_API_KEY unset' },
  {
    name: 'Traceloop',
    hosts: ['api.traceloop.com'],
    paths: null,
    off: 'TRACELOOP_TRACING_ENABLED=false',
  },
  {
    name: 'Datadog LLM Observability',
    hosts: [
      'llmobs-intake.datadoghq.com',
      'llmobs-intake.us3.datadoghq.com',
      'llmobs-intake.us5.datadoghq.com',
      'llmobs-intake.ap1.datadoghq.com',
      'llmobs-intake.ap2.datadoghq.com',
      'llmobs-intake.datadoghq.eu',
      'llmobs-intake.ddog-gov.com',
    ],
    paths: null,
    off: 'DD_LLMOBS_ENABLED=0',
  },
  {
    name: 'Pydantic Logfire',
    hosts: ['logfire-api.pydantic.dev', 'logfire-us.pydantic.dev', 'logfire-eu.pydantic.dev'],
    paths: null,
    off: 'LOGFIRE_SEND_TO_LOGFIRE=false',
  },
  {
    name: 'Comet Opik',
    hosts: ['www.comet.com'],
    paths: ['/opik/*'],
    off: 'OPIK_TRACK_DISABLE=true',
  },
  {
    name: 'Braintrust',
    hosts: ['api.braintrust.dev'],
    paths: null,
    off: 'leaving BRAINTRUST_API_KEY unset',
  },
  {
    name: 'AgentOps',
    hosts: ['*.agentops.ai', '*.agentops.cloud'],
    paths: null,
    off: 'leaving AGENTOPS_API_KEY unset',
  },
  {
    name: 'CrewAI',
    hosts: ['telemetry.crewai.com'],
    paths: null,
    off: 'CREWAI_DISABLE_TELEMETRY=true',
  },
  {
    name: 'PostHog (mem0, Haystack, Chroma and others)',
    hosts: ['app.posthog.com', '*.i.posthog.com'],
    paths: null,
    off: 'MEM0_TELEMETRY=False, HAYSTACK_TELEMETRY_ENABLED=False or ANONYMIZED_TELEMETRY=False',
  },
];

const COMPILED = TRACING_RECEIVERS.map((receiver) => ({
  receiver,
  isHost: compileHosts(receiver.hosts.map(anyPort)),
  isPath: receiver.paths === null ? () => true : compilePaths(receiver.paths),
}));

function anyPort(host: string): string {
  return `${host}:*`;
}

/** Receivers on hosts that match a pattern of `action.hosts`. */
export function receiversOn(pattern: string): readonly TracingReceiver[] {
  return TRACING_RECEIVERS.filter(({ hosts }) => intersectHosts([[pattern], hosts.map(anyPort)]).length > 0);
}

/** The receiver of a request. `path`: null if invisible. */
export function receiverAt(host: string, path: string | null): TracingReceiver | null {
  return (
    COMPILED.find(({ isHost, isPath }) => isHost(host) && (path === null || isPath(path)))?.receiver ?? null
  );
}
