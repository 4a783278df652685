import type { Capture } from '../../pod/config.ts';
import { CONTAINERS, PORTS } from '../../pod/names.ts';
import type { Container, EnvVar, Pod } from '../../pod/pod.ts';
import type { InjectPolicy } from '../../pod/policy.ts';
import { refuse } from '../../pod/refusals.ts';
import { setEnv } from '../../capture/takeover/settings.ts';

/** A variable from which an SDK reads the base URL of an LLM API. */
interface BaseUrl {
  readonly variable: string;
  /** The policy's provider under which the sidecar offers the API. */
  readonly provider: string;
  /** Path that the SDK expects after the API's root. */
  readonly suffix: string;
  /** `always`: even if the policy lists no such provider, since the sidecar then refuses visibly what would otherwise bypass it. */
  readonly set: 'always' | 'where-listed';
}

const BASE_URLS: readonly BaseUrl[] = [
  { variable: 'OPENAI_BASE_URL', provider: 'openai', suffix: '/v1', set: 'always' },
  { variable: 'OPENAI_API_BASE', provider: 'openai', suffix: '/v1', set: 'always' },
  { variable: 'ANTHROPIC_BASE_URL', provider: 'anthropic', suffix: '', set: 'always' },
  { variable: 'GOOGLE_GEMINI_BASE_URL', provider: 'gemini', suffix: '', set: 'always' },
  { variable: 'TOGETHER_BASE_URL', provider: 'together', suffix: '/v1', set: 'where-listed' },
  { variable: 'OLLAMA_HOST', provider: 'ollama', suffix: '', set: 'where-listed' },
];

/** Variables of SDKs with paths unknown to the sidecar: never set here, but rewritten or refused if the author sets them. */
const OTHERS: readonly string[] = [
  'ANTHROPIC_API_BASE',
  'ANTHROPIC_BEDROCK_BASE_URL',
  'ANTHROPIC_VERTEX_BASE_URL',
  'AWS_ENDPOINT_URL_BEDROCK_RUNTIME',
  'AZURE_API_BASE',
  'AZURE_OPENAI_ENDPOINT',
  'CO_API_URL',
  'DEEPSEEK_API_BASE',
  'GOOGLE_VERTEX_BASE_URL',
  'GROQ_BASE_URL',
  'HF_INFERENCE_ENDPOINT',
  'LITELLM_BASE_URL',
  'LITELLM_PROXY_API_BASE',
  'MISTRAL_API_BASE',
  'OLLAMA_API_BASE',
  'OLLAMA_BASE_URL',
  'OPENAI_API_BASE_URL',
  'OPENROUTER_API_BASE',
  'OPENROUTER_BASE_URL',
];

/** Applications choose names for such variables (`OPENAI_API_BASE_URLS` of Open WebUI holds several): the value decides. */
const SEPARATOR = ';';

const SIDECAR = `http://127.0.0.1:${PORTS.outbound}`;

function isOwnHost(url: string): boolean {
  const host = /^(?:[a-z]+:\/\/)?(\[[^\]]*\]|[^:/]*)/i.exec(url)?.[1] ?? '';
  return host === '' || /^(localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/i.test(host);
}

/** The sidecar's path for a URL of one of the policy's providers; null: no provider has it. */
function throughSidecar(url: string, policy: InjectPolicy): string | null {
  for (const provider of policy.providers) {
    const rest = url.slice(provider.url.length);
    if (url.startsWith(provider.url) && (rest === '' || rest.startsWith('/'))) {
      return `${SIDECAR}/${provider.name}${rest}`;
    }
  }
  return null;
}

function standardValue({ provider, suffix, set }: BaseUrl, policy: InjectPolicy): string | null {
  const listed = policy.providers.find(({ name }) => name === provider);
  if (listed === undefined) return set === 'always' ? `${SIDECAR}/${provider}${suffix}` : null;
  return `${SIDECAR}/${provider}${suffix !== '' && listed.url.endsWith(suffix) ? '' : suffix}`;
}

const NAMED: ReadonlySet<string> = new Set([...BASE_URLS.map(({ variable }) => variable), ...OTHERS]);

/** A variable of any name whose value is the URL of a provider, or several. Null: it is not. */
function ledByValue({ value }: EnvVar, policy: InjectPolicy): string | null {
  const urls = (value ?? '').split(SEPARATOR);
  const led = urls.map((url) => throughSidecar(url.trim(), policy));
  return led.every((url) => url === null) ? null : led.map((url, at) => url ?? urls[at]).join(SEPARATOR);
}

interface Setting {
  readonly container: Container;
  readonly warning: string | null;
}

/** A variable set by the author: kept if it stays in the pod, rewritten to the sidecar if policy has the provider. */
function keepOrLead(
  container: Container,
  entry: EnvVar,
  policy: InjectPolicy,
  capture: Capture,
  field: string,
): Setting {
  const value = entry.value ?? null;
  if (value !== null && isOwnHost(value)) return { container, warning: null };
  const led = value === null ? null : throughSidecar(value, policy);
  if (led !== null) return { container: setEnv(container, entry.name, led), warning: null };
  const what = `variable ${entry.name} of container ${container.name} does not point to a provider of the sidecar`;
  if (capture === 'takeover') {
    refuse(
      'base_url_past_boundary',
      `${field}.env`,
      `Variable ${entry.name} of container ${container.name}.`,
    );
  }
  return {
    container,
    warning: `${what}: action.hosts applies to such calls, and they are inspected only if they are plain HTTP`,
  };
}

function envFromWarning({ name }: Container, capture: Capture): string {
  const rest =
    capture === 'redirect'
      ? 'action.hosts applies to its direct HTTPS calls, which are not inspected'
      : 'its direct calls are not seen';
  return `container ${name} has envFrom, which may set URLs of LLM APIs: no base URL is injected, and ${rest}; set OPENAI_BASE_URL and the like in env`;
}

/** True for the server's container, where OLLAMA_HOST is the address to bind. */
export function isOllamaServer({ image, command, args }: Container): boolean {
  return (
    /(^|\/)ollama(:|@|$)/.test(image ?? '') ||
    [...(command ?? []), ...(args ?? [])].some((word) => /\bollama (serve|start)\b/.test(word))
  );
}

function forContainer(
  container: Container,
  policy: InjectPolicy,
  capture: Capture,
  field: string,
): { container: Container; warnings: readonly string[] } {
  const warnings: string[] = [];
  let current = container;
  const written = (name: string): EnvVar | undefined =>
    (container.env ?? []).find((each) => each.name === name);
  const lead = (entry: EnvVar): void => {
    const { container: next, warning } = keepOrLead(current, entry, policy, capture, field);
    current = next;
    if (warning !== null) warnings.push(warning);
  };
  const unread = (container.envFrom ?? []).length > 0;
  // The variables of envFrom are not in the pod; an injected variable would override an author's of the same name.
  if (unread) warnings.push(envFromWarning(container, capture));
  for (const each of BASE_URLS) {
    // For the server the variable is the address to bind, not the one to call.
    if (each.variable === 'OLLAMA_HOST' && isOllamaServer(container)) continue;
    const entry = written(each.variable);
    const value = entry === undefined && !unread ? standardValue(each, policy) : null;
    if (entry !== undefined) lead(entry);
    else if (value !== null) current = setEnv(current, each.variable, value);
  }
  for (const name of OTHERS) {
    const entry = written(name);
    if (entry !== undefined) lead(entry);
  }
  for (const entry of container.env ?? []) {
    if (NAMED.has(entry.name)) continue;
    const led = ledByValue(entry, policy);
    if (led !== null) current = setEnv(current, entry.name, led);
  }
  return { container: current, warnings };
}

/**
 * Points the LLM APIs that SDKs find by environment to the outbound listener, in every container but ours. @throws InjectionRefused if a
 * variable bypasses the boundary and capture cannot stop it
 */
export function setBaseUrls(
  pod: Pod,
  policy: InjectPolicy,
  capture: Capture,
): { readonly pod: Pod; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const each = (list: string) => (container: Container, index: number) => {
    if (container.name === CONTAINERS.sidecar || container.name === CONTAINERS.netInit) return container;
    const result = forContainer(container, policy, capture, `spec.${list}[${index}]`);
    warnings.push(...result.warnings);
    return result.container;
  };
  const { containers, initContainers } = pod.spec;
  return {
    pod: {
      ...pod,
      spec: {
        ...pod.spec,
        containers: containers.map(each('containers')),
        ...(initContainers ? { initContainers: initContainers.map(each('initContainers')) } : {}),
      },
    },
    warnings,
  };
}
