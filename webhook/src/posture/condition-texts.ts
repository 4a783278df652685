import type { Conditions } from './conditions.ts';
import type { Guess } from './guess.ts';
import type { Measured } from './measured.ts';

type Measure = Measured['conditions'][number];

const REASONS: Readonly<Record<string, string>> = {
  history: 'requests carry earlier turns',
  stored: 'the provider stores requests, replies or files',
  reference: 'requests refer to content that is stored elsewhere',
  memory_tool: 'tools for long-term memory are offered or called',
  retrieval: 'documents are put into the context',
  embedding: 'texts are embedded elsewhere, as for retrieval',
  data_store: 'a database, a cache or a vector store is asked',
  tool_offered: 'tools are offered',
  tool_called: 'tools are called',
  tool_result: 'results of tools are read',
  mcp: 'MCP is spoken',
  personal_data: 'personal data was found',
  secret: 'credentials were found',
  document: 'passages of protected documents were found',
  private_data: 'data that the policy calls private was read',
  outbound: 'connections go out of the pod',
  acting_tool: 'tools that act outside are offered or called',
  provider_tool: 'tools run at the provider',
};

const BLIND: Readonly<Record<string, string>> = {
  unread: 'exchanges or connections passed without being read',
  media: 'images, audio or files were not read',
  detectors_off:
    'personal data or credentials were not looked for (ingress.pii, ingress.secrets, egress.pii and egress.secrets of the policy must all be on; mode: observe is enough)',
  detectors_narrowed:
    'some kinds of personal data were not looked for (ingress.pii.entities and egress.pii.entities of the policy must leave none out; action: redact with mode: observe is enough)',
  unknown_members:
    'requests have members that no dialect knows, which may bring tools, documents or a memory along',
  session:
    'requests have a cookie or the name of a session in their heads, under which a server may keep state',
  tools_unknown:
    'tools are offered or called whose names do not say what they do (acts: outside in action.tools says of one that it acts)',
  outbound_not_captured: 'a container can dial out past the sidecar (capture: redirect sees that)',
};

const CONDITIONS: Readonly<Record<Measure['condition'], string>> = {
  stateless: 'stateless and isolated',
  no_tools: 'no tools',
  no_sensitive_context: 'no sensitive context',
  no_external_effect: 'no effect outside',
};

const GUESSES: Readonly<Record<Guess, string>> = {
  keeps_data: 'it has a persistent volume',
  asks_a_store: 'it uses a database or a vector store',
  asks_a_model: 'it has the key or the address of a model elsewhere',
  has_tools: 'it is set up for tools or MCP',
  reaches_services: 'it has credentials of other services',
  agent_framework: 'its image is one of an agent framework',
  holds_credentials: 'it has a Secret in its environment',
};

/** For a cell of the table. */
export function verdictCell({ source, verdict }: Conditions): string {
  return source === 'manifest' && verdict === 'needed' ? 'needed (guess)' : verdict;
}

/** One sentence for people, without a full stop. */
export function verdictText(conditions: Conditions): string {
  switch (conditions.source) {
    case 'none':
      return `not known: ${conditions.problem}`;
    case 'manifest': {
      const listed = conditions.guesses.map((guess) => GUESSES[guess]).join('; ');
      return conditions.verdict === 'needed'
        ? `a guess from its manifest, as it has no sidecar: the LLM boundary is probably needed, because ${listed}`
        : `not known: it has no sidecar, and its manifest shows nothing${listed === '' ? '' : ` but that ${listed}`}`;
    }
    case 'sidecar':
      return measuredText(conditions.report);
    default:
      return conditions satisfies never;
  }
}

/** The sentence of a report. @param sidecars that it is of, together */
export function measuredText(report: Measured, sidecars = 1): string {
  const which = sidecars === 1 ? 'its sidecar' : `the first of its ${sidecars} sidecars`;
  const seen = `${exchanges(report.exchanges)} seen since ${new Date(report.sinceMs).toISOString()}, when ${which} started`;
  switch (report.verdict) {
    case 'suffices':
      return `infrastructure controls suffice: all four conditions are met; ${seen}`;
    case 'needed': {
      const why = report.conditions
        .filter(({ state }) => state === 'broken')
        .map(
          ({ condition, breaks }) =>
            `${CONDITIONS[condition]} does not hold (${breaks.map(breakText).join(', ')})`,
        );
      return `the LLM boundary is needed because ${why.join('; ')}; ${seen}`;
    }
    case 'unknown': {
      const needs = report.conditions
        .filter(({ state }) => state === 'unknown')
        .map((measure) => `${CONDITIONS[measure.condition]}: ${needsText(measure, report)}`);
      return `not known yet: ${needs.join('; ')}; ${seen}`;
    }
    default:
      return report.verdict satisfies never;
  }
}

function breakText({ reason, exchanges: times, lastMs }: Measure['breaks'][number]): string {
  return `${REASONS[reason] ?? reason}: ${exchanges(times)}, last ${new Date(lastMs).toISOString()}`;
}

/** What is missing until the condition is known to be met. */
function needsText({ exchanges: seen, sinceMs, blind }: Measure, { enough, nowMs }: Measured): string {
  const moreExchanges = Math.max(0, enough.exchanges - seen);
  const hours = Math.ceil(Math.max(0, sinceMs + enough.ms - nowMs) / 3_600_000);
  const more = [
    ...(moreExchanges > 0 ? [exchanges(moreExchanges)] : []),
    ...(hours > 0 ? [`${hours} h`] : []),
  ];
  return [
    ...(more.length > 0 ? [`${more.join(' and ')} more in which all can be judged`] : []),
    ...blind.map(({ reason, exchanges: times }) =>
      times === 0 ? (BLIND[reason] ?? reason) : `${BLIND[reason] ?? reason}: ${exchanges(times)}`,
    ),
  ].join(', ');
}

function exchanges(count: number): string {
  return `${count} ${count === 1 ? 'exchange' : 'exchanges'}`;
}
