import { compile } from '../../compile/compile.ts';
import type { CompiledPolicy } from '../../compile/compiled.ts';
import type { PolicyDocument } from '../../keys/schema.ts';
import { DEFAULT_POLICY } from '../defaults.ts';
import { fillComplete, type CompletePolicy } from '../fill.ts';
import { MCP_HOSTS, TCP_PORTS, TCP_SERVERS } from '../testdata/random-policy.ts';

/** Every host that the phrases below link to. */
const EVERY_LINK = { allOf: [['*.test', 'evil.test', '*.com']] };

const ANY = { allOf: [['*']] };
export function openServer(server: string): CompletePolicy['action']['mcp'][number] {
  return {
    server,
    mode: 'observe',
    paths: { allOf: [['/*']] },
    tools: { allOf: [[{ name: '*', mode: 'enforce' }]] },
    resources: ANY,
    prompts: ANY,
    clientFeatures: { allOf: [['sampling', 'elicitation', 'roots']] },
    results: 'trusted',
    taintedBy: 'session',
    pinning: [{ pin: false, pins: {} }],
  };
}

/** Asks for nothing and enforces nothing of its own: what one layer alone refuses, that layer refuses. */
const OPEN: CompletePolicy = {
  ...DEFAULT_POLICY,
  limits: { requestBytes: 1e9, responseBytes: 1e9, holdChars: 1e9, detectorMs: 60e3 },
  models: { ...DEFAULT_POLICY.models, mode: 'observe' },
  endpoints: {
    pass: { allOf: [['/*']] },
    prefixes: { allOf: [['builtin', '/a', '/b']] },
    opaque: 'allow',
    upgrade: { allOf: [['/*']] },
    mcp: { allOf: [['/*']] },
    tcp: { allOf: [[...TCP_PORTS]] },
  },
  callers: { mode: 'observe', require: false },
  ingress: {
    ...DEFAULT_POLICY.ingress,
    mode: 'observe',
    injection: { ...DEFAULT_POLICY.ingress.injection, action: 'off' },
    media: { action: 'allow', mode: 'enforce' },
  },
  egress: {
    ...DEFAULT_POLICY.egress,
    mode: 'observe',
    pii: { ...DEFAULT_POLICY.egress.pii, action: 'off' },
    secrets: { action: 'off', mode: 'enforce' },
    promptLeak: { action: 'off', mode: 'enforce' },
    links: { action: 'off', mode: 'enforce', allowHosts: EVERY_LINK },
    media: { action: 'allow', mode: 'enforce' },
  },
  action: {
    ...DEFAULT_POLICY.action,
    mode: 'observe',
    default: 'allow',
    // A layer that does not name these leaves them to the others.
    offers: 'strip',
    onDeny: 'deny-result',
    hosts: { allOf: [['*:*']] },
    tcp: { allOf: [[...TCP_SERVERS]] },
    mcp: MCP_HOSTS.map(openServer),
  },
  audit: {
    required: false,
    content: 'none',
    callers: 'digest',
    whenFull: 'prune',
    anchor: 'optional',
    sinks: ['stdout'],
  },
};

export const options = {
  name: 'p',
  generation: 1,
  loadedAtMs: 0,
  fingerprints: new Map<string, string>(),
  cluster: {
    issuer: 'https://cluster.test',
    keys: [{ kty: 'EC' as const, crv: 'P-256' as const, x: 'x', y: 'y' }],
  },
};

/**
 * What a layer refuses of its own. `action.default: deny` refuses tools that no layer names, and links without hosts those to hosts that
 * no layer names: both leave it to other layers to name them. (A list of tools refuses by itself what it does not name.)
 */
export function alone({ action, egress, ...rest }: PolicyDocument): CompiledPolicy {
  const document: PolicyDocument = { ...rest };
  if (action !== undefined) {
    document.action = { ...action };
    delete document.action.default;
  }
  if (egress !== undefined) {
    const { links } = egress;
    document.egress =
      links === undefined ? egress : { ...egress, links: { allowHosts: EVERY_LINK, ...links } };
  }
  return compile(fillComplete(document, OPEN), options);
}
