import { PII_ENTITIES } from '../../detectors/index.ts';
import type { CompletePolicy } from './fill.ts';
import type { PolicyDocument } from '../keys/schema.ts';

const enforce = 'enforce' as const;

/** What holds where no layer says anything: the embedded policy `default`. */
export const DEFAULT_POLICY = {
  version: 1,
  mode: enforce,
  models: { mode: enforce, allow: { allOf: [['*']] } },
  limits: { requestBytes: 4 * 2 ** 20, responseBytes: 16 * 2 ** 20, holdChars: 2 ** 20, detectorMs: 2000 },
  endpoints: {
    pass: { allOf: [['builtin']] },
    opaque: 'deny',
    upgrade: { allOf: [[]] },
    mcp: { allOf: [[]] },
    tcp: { allOf: [[]] },
  },
  ingress: {
    mode: enforce,
    injection: { action: 'block', mode: enforce, threshold: 0.8, untrusted: { threshold: 0.5 } },
    secrets: { action: 'off', mode: enforce },
    pii: { action: 'off', mode: enforce, entities: [...PII_ENTITIES] },
    media: { action: 'block', mode: enforce },
    rules: [],
  },
  egress: {
    mode: enforce,
    pii: { action: 'redact', mode: enforce, entities: [...PII_ENTITIES] },
    secrets: { action: 'block', mode: enforce },
    promptLeak: { action: 'block', mode: enforce },
    documents: { action: 'off', mode: enforce, fingerprints: [] },
    links: { action: 'redact', mode: 'observe', allowHosts: { allOf: [[]] } },
    media: { action: 'block', mode: 'observe', opaque: { action: 'allow', mode: enforce } },
    rules: [],
    onBlock: 'finish',
  },
  action: {
    mode: enforce,
    default: 'deny',
    tools: [],
    mcp: [],
    hosts: { allOf: [[]] },
    tcp: { allOf: [[]] },
  },
  outbound: { providers: {} },
  audit: { required: true, content: 'commit', sinks: ['file'] },
} satisfies CompletePolicy;

/**
 * What a floor that is silent stands for: the defaults of everything that has a strict side. Lists and limits stay open, so that a
 * floor need not name every model, tool and host of its cluster.
 */
export function completeFloor(floor: PolicyDocument): PolicyDocument {
  const { endpoints, ingress, egress, action, audit, models } = DEFAULT_POLICY;
  const { injection, secrets, pii, media } = ingress;
  const { promptLeak, documents, links } = egress;
  return {
    ...floor,
    models: { mode: models.mode, ...floor.models },
    endpoints: { opaque: endpoints.opaque, ...floor.endpoints },
    ingress: { mode: ingress.mode, injection, secrets, pii, media, ...floor.ingress },
    egress: {
      mode: egress.mode,
      pii: egress.pii,
      secrets: egress.secrets,
      promptLeak,
      documents,
      links: { action: links.action, mode: links.mode },
      media: egress.media,
      ...floor.egress,
    },
    action: { mode: action.mode, default: action.default, ...floor.action },
    audit: { required: audit.required, content: audit.content, ...floor.audit },
  };
}
