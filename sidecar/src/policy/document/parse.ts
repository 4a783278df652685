import { findPolicy } from './configmap.ts';
import { isRecord } from '../kinds/record.ts';
import { explainIssues, type Fault } from './explain-issue.ts';
import { plainHosts, type HostEntry } from '../patterns/host-entry.ts';
import { compileHostLists } from '../patterns/host-pattern.ts';
import { lint } from './lint.ts';
import { databaseHosts } from './database-hosts.ts';
import { tracingHosts } from './tracing-hosts.ts';
import { trustWithoutEffect } from './trust-without-effect.ts';
import { opaqueFaults } from './opaque-faults.ts';
import { formatPath, type Problem } from '../kinds/problem.ts';
import { policySchema, type PolicyDocument } from '../keys/schema.ts';
import { readYaml, type YamlText } from './yaml-text.ts';

/** A valid document, or all of its problems. */
export type ParseResult =
  | {
      readonly ok: true;
      readonly document: PolicyDocument;
      /** `metadata.name` if the text is a ConfigMap's manifest. */
      readonly name: string | null;
      /** The policy that the manifest names as its shadow. */
      readonly shadow: string | null;
      /** Fingerprint files in the manifest, by name. */
      readonly fingerprints: ReadonlyMap<string, string>;
      readonly warnings: readonly Problem[];
    }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Reads one layer: a policy document, or the manifest of a ConfigMap with one. Never throws. `source` names the text in problems. */
export function parsePolicy(text: string, source: string): ParseResult {
  const found = findPolicy(text, source);
  if (!('text' in found)) return { ok: false, problems: found };
  const read = readYaml(found.text, found.origin);
  if (!('value' in read)) return { ok: false, problems: read };
  if (!isRecord(read.value)) {
    return {
      ok: false,
      problems: [
        read.problem([], '', 'expected a policy document: a mapping that begins with version: 1', 'value'),
      ],
    };
  }
  const parsed = policySchema.safeParse(read.value);
  const faults = [...(parsed.success ? [] : explainIssues(parsed.error.issues)), ...lint(read.value)];
  if (!parsed.success || faults.length > 0)
    return { ok: false, problems: faults.map((fault) => locate(read, fault)).sort(byPlace) };
  const opaque = opaqueFaults(parsed.data);
  if (opaque.length > 0)
    return { ok: false, problems: opaque.map((fault) => locate(read, fault)).sort(byPlace) };
  const warnings = warn(parsed.data).map((fault) => locate(read, fault));
  const { name, shadow, fingerprints } = found;
  return { ok: true, document: parsed.data, name, shadow, fingerprints, warnings };
}

function locate(read: YamlText, { path, at, message }: Fault): Problem {
  return read.problem(path, formatPath(path), message, at);
}

function byPlace(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}

/** Warnings about valid settings that are probably unintended. */
function warn({ action, callers, endpoints, ingress, egress, mode }: PolicyDocument): readonly Fault[] {
  const warnings: Fault[] = [
    ...repeatedIds('ingress', ingress?.rules),
    ...repeatedIds('egress', egress?.rules),
  ];
  const add = (path: string[], message: string): void => void warnings.push({ path, at: 'key', message });
  const hosts = action?.hosts?.allOf ?? [[]];
  warnings.push(
    ...warnOfCallers(callers),
    ...warnOfServers(action?.mcp ?? [], hosts),
    ...databaseHosts(hosts),
    ...tracingHosts(hosts, endpoints),
    ...trustWithoutEffect({ action }),
  );
  if (action?.default === 'allow')
    add(['action', 'default'], 'tools that no entry lists may be called; deny is the safe default');
  if (mode === 'observe') add(['mode'], 'nothing is enforced: verdicts are only counted and recorded');
  if (egress?.secrets?.action === 'off') add(['egress', 'secrets'], 'credentials may leave in replies');
  return warnings;
}

function warnOfCallers(callers: PolicyDocument['callers']): readonly Fault[] {
  const { require = false, jwt, serviceAccounts, apiKeys, mesh } = callers ?? {};
  if (require === false || [jwt, serviceAccounts, apiKeys, mesh].some((way = []) => way.length > 0))
    return [];
  const message =
    'refuses every inbound request, unless another layer has callers.jwt, callers.serviceAccounts, callers.apiKeys or callers.mesh';
  return [{ path: ['callers', 'require'], at: 'key', message }];
}

function warnOfServers(
  servers: NonNullable<NonNullable<PolicyDocument['action']>['mcp']>,
  hosts: readonly (readonly HostEntry[])[],
): readonly Fault[] {
  const isHost = compileHostLists(hosts.map(plainHosts));
  return servers.flatMap(({ server, tools, resources, prompts }, index): Fault[] => {
    const warning = (message: string): Fault => ({ path: ['action', 'mcp', index], at: 'value', message });
    const empty = [tools, resources, prompts].every(({ allOf }) => allOf.some((list) => list.length === 0));
    return [
      ...(empty ? [warning('lists no tools, resources or prompts, so the server cannot be used')] : []),
      ...(isHost(server)
        ? [warning('action.hosts lists it too, so TLS connections to it pass without inspection')]
        : []),
    ];
  });
}

/** Not an error: the meet of two layers may contain two rules with one ID. */
function repeatedIds(section: string, rules: readonly { readonly id: string }[] = []): readonly Fault[] {
  const seen = new Set<string>();
  return rules.flatMap(({ id }, index): Fault[] => {
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    const message = `the id ${id} is used twice in this list, so records cannot distinguish the rules; give each a unique id`;
    return [{ path: [section, 'rules', index, 'id'], at: 'value', message }];
  });
}
