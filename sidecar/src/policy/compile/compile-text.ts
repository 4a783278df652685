import {
  createDocumentsDetector,
  createPatternDetector,
  PII_ENTITIES,
  type Detector,
} from '../../detectors/index.ts';
import type { Action, Mode } from '../../exchange/verdict.ts';
import type { Origin, RefusalCode } from '../../exchange/index.ts';
import type { BuiltinDetectors } from './builtin-detectors.ts';
import { compileClassifier } from './compile-classifier.ts';
import type { CompiledMedia, CompiledPii, CompiledPolicy, CompiledRule, Setting } from './compiled.ts';
import { byKind, mediaSetting, type Media } from '../keys/media.ts';
import type { CompletePolicy } from '../layers/fill.ts';
import { intersectHosts } from '../patterns/host-pattern.ts';
import { PolicyInvalid, reasonOf } from '../kinds/problem.ts';

/** Text of the fingerprint files, by name. */
export type Fingerprints = ReadonlyMap<string, string>;

interface Written {
  readonly action: 'off' | Action;
  readonly mode: Mode;
}

/** Null for `off`. `observe` of the section applies to all its settings. */
function setting({ action, mode }: Written, section: Mode): Setting | null {
  if (action === 'off') return null;
  return { action, mode: section === 'observe' ? 'observe' : mode };
}

function withDetector<T>(
  written: Written,
  section: Mode,
  make: () => T,
): (Setting & { readonly detector: T }) | null {
  const applied = setting(written, section);
  return applied === null ? null : { ...applied, detector: make() };
}

export function compileIngress(
  { mode, injection, secrets, pii, pasted, media, rules }: CompletePolicy['ingress'],
  detectors: BuiltinDetectors,
): CompiledPolicy['ingress'] {
  const filter = setting(injection, mode);
  return {
    injection:
      filter === null
        ? null
        : {
            ...filter,
            threshold: injection.threshold,
            untrustedThreshold: injection.untrusted.threshold,
            classifier: compileClassifier(injection.classifier),
          },
    secrets: withDetector(secrets, mode, detectors.secrets),
    pii: compilePii(pii, mode, detectors),
    pasted: pasted === undefined ? null : { chars: pasted.chars ?? null, between: pasted.between ?? [] },
    media: compileMedia(media, mode),
    rules: compileRules('ingress', rules, mode, 'content_refused'),
  };
}

function compilePii(
  pii: CompletePolicy['ingress' | 'egress']['pii'],
  section: Mode,
  detectors: BuiltinDetectors,
): CompiledPii | null {
  const applied = withDetector(pii, section, () => detectors.pii(pii.entities));
  const looked = new Set(pii.entities);
  return applied === null
    ? null
    : { ...applied, isNarrowed: PII_ENTITIES.some((entity) => !looked.has(entity)) };
}

function compileMedia(media: Media, section: Mode): CompiledMedia {
  return byKind((kind) => {
    const { action, mode } = mediaSetting(media, kind);
    return action === 'allow' ? null : setting({ action, mode }, section);
  });
}

/** @throws PolicyInvalid if a fingerprints file is missing or invalid. */
export function compileEgress(
  egress: CompletePolicy['egress'],
  fingerprints: Fingerprints,
  detectors: BuiltinDetectors,
): CompiledPolicy['egress'] {
  const { mode, pii, secrets, promptLeak, documents, links, media, rules, onBlock } = egress;
  return {
    pii: compilePii(pii, mode, detectors),
    secrets: withDetector(secrets, mode, detectors.secrets),
    promptLeak: setting(promptLeak, mode),
    documents: withDetector(documents, mode, () => compileDocuments(documents.fingerprints, fingerprints)),
    links: withDetector(links, mode, () => detectors.links(intersectHosts(links.allowHosts?.allOf ?? [[]]))),
    media: compileMedia(media, mode),
    rules: compileRules('egress', rules, mode, 'sensitive_output'),
    onBlock,
  };
}

function compileDocuments(names: readonly string[], files: Fingerprints): Detector {
  const missing = names.filter((name) => !files.has(name));
  if (missing.length > 0) {
    throw new PolicyInvalid(
      missing.map((name) => ({
        source: 'effective policy',
        line: null,
        column: null,
        path: 'egress.documents.fingerprints',
        message: `the file ${name}.fingerprints is missing beside the policy; create it with policy fingerprint and add it to the same ConfigMap`,
      })),
    );
  }
  try {
    return createDocumentsDetector(new Map(names.map((name) => [name, files.get(name) ?? ''])));
  } catch (error) {
    const path = 'egress.documents.fingerprints';
    throw new PolicyInvalid([
      { source: 'effective policy', line: null, column: null, path, message: reasonOf(error) },
    ]);
  }
}

interface WrittenRule extends Setting {
  readonly id: string;
  readonly pattern: string;
  readonly roles?: readonly Origin[] | undefined;
}

/** Rules with the same action share one detector, and so one pass over the text. Findings have the rule `rule.ID`. */
function compileRules(
  stage: string,
  rules: readonly WrittenRule[],
  section: Mode,
  code: RefusalCode,
): readonly CompiledRule[] {
  const groups = new Map<string, WrittenRule[]>();
  for (const rule of rules) {
    const mode = section === 'observe' ? 'observe' : rule.mode;
    const key = `${stage}.rules.${rule.action}.${mode}.${[...(rule.roles ?? ['all'])].sort().join('+')}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [{ ...rule, mode }]);
    else group.push({ ...rule, mode });
  }
  return [...groups].flatMap(([id, group]) => {
    const [first] = group;
    if (first === undefined) return [];
    const specs = group.map((rule) => ({ id: `rule.${rule.id}`, source: rule.pattern, score: 1 }));
    const origins = first.roles === undefined ? null : new Set(first.roles);
    return [
      {
        id,
        action: first.action,
        mode: first.mode,
        origins,
        code,
        detector: createPatternDetector(id, specs),
      },
    ];
  });
}
