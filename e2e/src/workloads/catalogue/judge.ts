import {
  CONTAINERS,
  DEFAULT_CONFIG,
  LABELS,
  PORTS,
  publishedName,
  type InjectPolicy,
  type Injection,
  type Namespace,
} from '@llm-boundary/webhook/inject';
import { injectDocument, type OfflineDeps, type Outcome } from '@llm-boundary/webhook/offline';

import type { Case, Level } from './case.ts';
import { merge } from './merge.ts';
import { unmetNeeds } from './needs.ts';
import { restrictedForm, violations } from './pod-security.ts';
import type { StandIns } from './stand-in.ts';
import { warningLabels } from './warnings.ts';

type Admission = Extract<Injection, { kind: 'injected' }>;

/** Whether a stand-in of the server, started as the injected container starts it, left the port to the sidecar. */
type Moved = 'moved' | 'moved, and open' | 'not run' | 'nothing served' | 'stays';

/** What became of one pod template at one level. */
export type Verdict =
  | {
      readonly kind: 'injected';
      readonly capture: 'redirect' | 'takeover';
      /** The refusals before, each with its fix. */
      readonly fixed: readonly string[];
      /** Injected in a namespace of level privileged only. */
      readonly elsewhere: boolean;
      readonly warnings: readonly string[];
      readonly moved: Moved;
      /** What would fail without a word. */
      readonly silent: readonly string[];
    }
  | { readonly kind: 'refused'; readonly code: string; readonly fixed: readonly string[] }
  /** The namespace refuses the author's own pod. */
  | { readonly kind: 'pod security' }
  /** A custom resource: `inject` says that its pods are injected when its controller creates them. */
  | { readonly kind: 'left to its controller' };

const MAX_FIXES = 6;
const NAMESPACE = 'models';

function policy(tcpPorts: readonly number[]): InjectPolicy {
  return {
    name: 'default',
    mode: null,
    configMap: publishedName('default', null),
    sha256: '00'.repeat(32),
    providers: [],
    tcpPorts: [...tcpPorts].sort((a, b) => a - b),
    tcpServers: [],
    resources: {},
    demandsRedirect: false,
  };
}

function deps(level: Level, tcpPorts: readonly number[]): OfflineDeps {
  const labels = { [LABELS.inject]: 'true', 'pod-security.kubernetes.io/enforce': level };
  const namespace: Namespace = { metadata: { name: NAMESPACE, labels } };
  return {
    namespaces: new Map([[NAMESPACE, namespace]]),
    policies: () => ({ kind: 'found', policy: policy(tcpPorts) }),
    config: DEFAULT_CONFIG,
  };
}

type Tree = Record<string, unknown> | unknown[];

function child(node: unknown, key: string): unknown {
  if (Array.isArray(node)) return node[Number(key)];
  return typeof node === 'object' && node !== null ? (node as Record<string, unknown>)[key] : undefined;
}

function keysOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A copy of the document in which the value at the pointer is another. */
function changed(document: unknown, pointer: string, change: (value: unknown) => unknown): unknown {
  const keys = keysOf(pointer);
  const last = keys.at(-1);
  if (last === undefined) return change(document);
  const copy = structuredClone(document);
  const parent = keys.slice(0, -1).reduce<unknown>(child, copy) as Tree;
  const value = change(child(parent, last));
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else parent[last] = value;
  return copy;
}

interface Attempt {
  readonly level: Level;
  readonly document: unknown;
  readonly tcp: readonly number[];
  readonly outcomes: readonly Outcome[];
  /** Codes of refusals that were fixed, by the template's pointer. */
  readonly fixed: ReadonlyMap<string, readonly string[]>;
}

function outcomesOf(document: unknown, level: Level, tcp: readonly number[]): readonly Outcome[] {
  return injectDocument(document, deps(level, tcp)).flatMap((result) => result.outcomes);
}

/** Follows the fix of each refusal until there is none left that the case can fix. */
function followed(document: unknown, level: Level, { fixes }: Case): Attempt {
  const outcomes = outcomesOf(document, level, []);
  let attempt: Attempt = { level, document, tcp: [], outcomes, fixed: new Map() };
  for (let round = 0; round < MAX_FIXES; round += 1) {
    const refused = attempt.outcomes.find(
      ({ injection }) => injection.kind === 'refused' && fixes[injection.code] !== undefined,
    );
    if (refused?.injection.kind !== 'refused') return attempt;
    const { code } = refused.injection;
    const fix = fixes[code];
    if (fix === undefined) return attempt;
    const next = changed(attempt.document, refused.at, (template) => merge(template, fix.template));
    const tcp = [...new Set([...attempt.tcp, ...fix.tcp])];
    const there = fix.namespace ?? attempt.level;
    const codes = [...(attempt.fixed.get(refused.at) ?? []), code];
    attempt = {
      level: there,
      document: next,
      tcp,
      outcomes: outcomesOf(next, there, tcp),
      fixed: new Map([...attempt.fixed, [refused.at, codes]]),
    };
  }
  return attempt;
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}

function containerOf(pod: unknown, name: string): unknown {
  const all = child(child(pod, 'spec'), 'containers');
  return Array.isArray(all) ? all.find((each: unknown) => child(each, 'name') === name) : undefined;
}

function moved(before: unknown, { pod, status }: Admission, standIns: StandIns): Moved {
  if (status.capture === 'redirect' || status.ports.length === 0) return 'nothing served';
  const after = pod.spec.containers.find(({ name }) => name === status.modelContainer);
  const author = containerOf(before, status.modelContainer) as typeof after;
  if (after === undefined || author === undefined) return 'stays';
  const addresses = standIns.listeners(after);
  const first = standIns.listeners(author);
  if (addresses === null || first === null) return 'not run';
  const known = status.ports.every((port) => first.some((address) => portOf(address) === port));
  const left = addresses.every((address) => !status.ports.includes(portOf(address)));
  const there = status.ports.every((_, at) =>
    addresses.some((address) => portOf(address) === PORTS.moved + at),
  );
  const sidecar = (pod.spec.initContainers ?? []).find(({ name }) => name === CONTAINERS.sidecar);
  const taken = status.ports.every((port, at) =>
    (sidecar?.args ?? []).includes(`0.0.0.0:${port}=http://127.0.0.1:${PORTS.moved + at}`),
  );
  if (!known || !left || !there || !taken) return 'stays';
  const open = addresses.filter((address) => !address.startsWith('127.0.0.1:'));
  const said = open.every((address) => status.open.includes(String(portOf(address))));
  return said ? (open.length === 0 ? 'moved' : 'moved, and open') : 'stays';
}

interface Trial {
  readonly attempt: Attempt;
  readonly level: Level;
  readonly one: Case;
  readonly standIns: StandIns;
}

function admitted(injection: Admission, at: string, { attempt, level, one, standIns }: Trial): Verdict {
  const { pod, status, warnings } = injection;
  const before = keysOf(at).reduce<unknown>(child, attempt.document);
  const port = moved(before, injection, standIns);
  // The template of a restricted namespace gives up a change of user itself.
  const needs = one.needs.filter((need) => level !== 'restricted' || need !== 'children-of-root');
  return {
    kind: 'injected',
    capture: status.capture,
    fixed: attempt.fixed.get(at) ?? [],
    elsewhere: attempt.level !== level,
    warnings: warningLabels(warnings),
    moved: port,
    silent: [
      ...unmetNeeds(needs, { pod, capture: status.capture, warnings }),
      ...violations(pod, attempt.level),
      ...(port === 'stays' ? ['the server keeps its port'] : []),
    ],
  };
}

function verdict({ at, injection }: Outcome, trial: Trial): Verdict {
  switch (injection.kind) {
    case 'injected':
      return admitted(injection, at, trial);
    case 'refused':
      return { kind: 'refused', code: injection.code, fixed: trial.attempt.fixed.get(at) ?? [] };
    case 'not_understood':
      return { kind: 'left to its controller' };
    case 'skip':
      throw new Error(`${trial.one.name}: skipped (${injection.reason})`);
  }
}

/** What becomes of every pod template of a case in a namespace of the level. */
export function judge(one: Case, level: Level, standIns: StandIns): readonly Verdict[] {
  return one.documents.flatMap((document) => {
    const first = outcomesOf(document, level, []);
    const written =
      level === 'restricted'
        ? first
            .filter(({ injection }) => injection.kind !== 'not_understood')
            .reduce<unknown>((current, { at }) => changed(current, at, restrictedForm), document)
        : document;
    const attempt = followed(written, level, one);
    return attempt.outcomes.map((outcome): Verdict => {
      const template = keysOf(outcome.at).reduce<unknown>(child, written);
      const against =
        outcome.injection.kind === 'not_understood' ? [] : violations(template as Admission['pod'], level);
      return against.length > 0
        ? { kind: 'pod security' }
        : verdict(outcome, { attempt, level, one, standIns });
    });
  });
}
