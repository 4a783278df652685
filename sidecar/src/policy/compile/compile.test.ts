import { readFileSync } from 'node:fs';
import { fingerprint } from '../../detectors/index.ts';
import { UNKNOWN_WORKLOAD } from '../../exchange/index.ts';
import { compile, type CompileOptions } from './compile.ts';
import type { CompiledPolicy, ToolContext } from './compiled.ts';
import { DEFAULT_POLICY } from '../layers/defaults.ts';
import { effectivePolicy } from '../layers/effective.ts';
import { parsePolicy } from '../document/parse.ts';
import { PolicyInvalid } from '../kinds/problem.ts';
import { policySchema } from '../keys/schema.ts';

const example = readFileSync(new URL('../testdata/support-bot.yaml', import.meta.url), 'utf8');
const document = readFileSync(new URL('../testdata/document.txt', import.meta.url), 'utf8');

const options: CompileOptions = {
  name: 'support-bot',
  generation: 3,
  loadedAtMs: 7,
  fingerprints: new Map([['customer-list', fingerprint(document)]]),
};

function compiled(text: string, more: Partial<CompileOptions> = {}): CompiledPolicy {
  const result = parsePolicy(text, 'p');
  if (!result.ok) throw new PolicyInvalid(result.problems);
  return compile(effectivePolicy({ workload: result.document }), { ...options, ...more });
}

function call(args: Record<string, unknown>, tainted = false): ToolContext {
  return {
    tool: { name: 'send_email' },
    args,
    exchange: {
      tainted,
      private: false,
      direction: 'inbound',
      dialect: 'openai-chat',
      model: 'llama-3.1-70b',
    },
    caller: {
      address: '',
      identity: {
        via: 'jwt',
        issuer: 'https://idp.example.com',
        subject: 'ann',
        groups: ['support'],
        claims: {},
        actor: null,
      },
    },
    workload: UNKNOWN_WORKLOAD,
  };
}

const JWT =
  'callers: { jwt: [{ issuer: i, audience: a, jwks: { keys: [{ kty: OKP, crv: Ed25519, x: xxxx }] } }] }\n';

function tool(when: string, callers = ''): string {
  return `${callers}action: { tools: [{ name: pay, when: "${when}" }] }`;
}

describe('compile', () => {
  it.each([
    ['egress: { documents: { fingerprints: [other] } }', 'the file other.fingerprints is missing', true],
    [
      tool("caller.groups == ['a']"),
      'caller.groups has no value: callers.jwt of the policy names no issuer',
      true,
    ],
    [
      tool("!(caller.subject == 'a')"),
      'caller.subject has no value: callers.jwt of the policy names no issuer',
      true,
    ],
    [
      tool("'a' in caller.groups", JWT),
      'caller.groups has no value: no issuer of callers.jwt has a groupsClaim',
      true,
    ],
    [tool("caller.subject == 'a'", JWT), '', false],
    [
      `${JWT}action: { mcp: [{ server: m.test, tools: [{ name: pay, when: "caller.subject == 'a'" }] }] }`,
      'action.mcp (m.test): tool pay, when at offset 6: caller.subject has no value: callers are verified on the inbound listener only',
      true,
    ],
  ])('refuses %s', (text, message, refused) => {
    const run = (): unknown => compiled(`version: 1\n${text}`);
    if (refused) expect(run).toThrow(PolicyInvalid);
    if (refused) expect(run).toThrow(message);
    else expect(run).not.toThrow();
  });

  it('refuses a broken fingerprints file', () => {
    const fingerprints = new Map([['list', 'not one']]);
    expect(() =>
      compiled('version: 1\negress: { documents: { fingerprints: [list] } }', { fingerprints }),
    ).toThrow(PolicyInvalid);
  });

  it('compiles the embedded default', () => {
    const policy = compile(DEFAULT_POLICY, options);
    expect(policy).toMatchObject({
      mode: 'enforce',
      ingress: {
        injection: { action: 'block' },
        secrets: null,
        pii: null,
        media: { image: { action: 'block' }, opaque: { action: 'block' } },
        rules: [],
      },
      egress: {
        pii: { action: 'redact' },
        secrets: { action: 'block' },
        promptLeak: { action: 'block' },
        documents: null,
        onBlock: 'finish',
      },
      action: { default: 'deny', tools: [], providers: [] },
      audit: { required: true, content: 'commit', sealed: null, whenFull: 'prune', sinks: null, otlp: [] },
      limits: { outputTokens: null, concurrent: null },
    });
    expect([policy.allowsModel(null), policy.allowsModel('any')]).toEqual([true, true]);
    expect(policy.action.hosts.reaches('api.openai.com')).toBe(false);
    expect(policy.endpoints.upgrades('/ws')).toBe(false);
  });

  it.each([
    'audit: { content: sealed }',
    'audit: { content: sealed, sealed: { recipients: [] } }',
    'audit: { content: sealed, sealed: { sample: 0.5 } }',
  ])('does not seal bodies that no identity opens: %s', (audit) => {
    expect(() => compiled(`version: 1\n${audit}`)).toThrow('audit.sealed.recipients');
  });

  it.each([
    ['GET', '/health', true],
    ['GET', '/v1/models', true],
    ['GET', '/v1/models/llama', true],
    ['GET', '/api/tags', true],
    ['HEAD', '/health', true],
    ['HEAD', '/v1/models/llama', true],
    ['POST', '/health', false],
    ['HEAD', '/unknown', false],
    ['GET', '/HEALTH', false],
    ['GET', '/health/', false],
    ['GET', '//health', false],
    ['GET', '/v1/models/../chat/completions', false],
    ['GET', '/v1/models/%2e%2e/chat', false],
    ['GET', '/v1/models/a%2fb', false],
    ['POST', '/v1/chat/completions', false],
  ])('passes %s %s by default: %s', (method, path, expected) => {
    expect(compile(DEFAULT_POLICY, options).endpoints.passes(method, path)).toBe(expected);
  });

  describe('the example of the design', () => {
    const policy = compiled(example);

    it('has an effect in every line', () => {
      expect(policy).toMatchObject({
        name: 'support-bot',
        generation: 3,
        loadedAtMs: 7,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        limits: {
          requestBytes: 4 * 2 ** 20,
          outputTokens: 4096,
          requestsPerMinute: 600,
          tokensPerMinute: 200_000,
          concurrent: 64,
        },
        ingress: {
          injection: {
            action: 'block',
            mode: 'enforce',
            threshold: 0.8,
            untrustedThreshold: 0.5,
            classifier: null,
          },
          secrets: { action: 'redact' },
        },
        egress: {
          pii: { action: 'redact' },
          secrets: { action: 'block' },
          promptLeak: { action: 'block' },
          documents: { action: 'block' },
          links: { action: 'redact' },
          onBlock: 'finish',
        },
        audit: {
          required: true,
          content: 'commit',
          sealed: null,
          whenFull: 'prune',
          sinks: ['file', 'stdout'],
          otlp: [],
        },
      });
      expect(['llama-3.1-8b', 'qwen3-4b', 'gpt', null].map((model) => policy.allowsModel(model))).toEqual([
        true,
        true,
        false,
        false,
      ]);
      expect(
        ['api.openai.com', 'api.openai.com:443', 'evil.test'].map((host) =>
          policy.action.hosts.reaches(host),
        ),
      ).toEqual([true, true, false]);
      expect(policy.action.providers).toEqual([{ name: 'openai', url: 'https://api.openai.com' }]);
    });

    it('finds the configured entities', () => {
      const { egress, ingress } = policy;
      const rules = (
        text: string,
        detector: { scan(text: string): readonly { readonly rule: string }[] } | null | undefined,
      ): string[] => [...new Set(detector?.scan(text).map(({ rule }) => rule))];
      expect(rules('write to ann@example.com', egress.pii?.detector)).toEqual(['pii.email']);
      expect(rules('see https://docs.example.com/a', egress.links?.detector)).toEqual([]);
      expect(rules('see https://evil.test/a', egress.links?.detector)).toEqual(['link.url']);
      expect(rules(`It says: ${document}`, egress.documents?.detector)).toEqual(['document.customer-list']);
      expect(
        ingress.rules.map(({ action, mode, origins, code }) => ({
          action,
          mode,
          origins: [...(origins ?? [])],
          code,
        })),
      ).toEqual([{ action: 'block', mode: 'observe', origins: ['user'], code: 'content_refused' }]);
      expect(rules('the PAYROLL', ingress.rules[0]?.detector)).toEqual(['rule.no-payroll']);
    });

    it('asks its conditions', () => {
      const [, mail] = [...policy.action.tools].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(mail?.name).toBe('send_email');
      expect(mail?.when?.(call({}))).toBe(true);
      expect(mail?.when?.(call({}, true))).toBe(false);
      expect(mail?.arguments?.(call({ to: 'a@example.com' }))).toBe(true);
      expect(mail?.arguments?.(call({ to: 'a@evil.test' }))).toBe(false);
      expect(mail?.matchesModel?.('llama-3.1-8b')).toBe(false);
    });
  });

  it('puts rules that act alike into one detector', () => {
    const policy = compiled(
      'version: 1\negress: { rules: [{ id: a, pattern: x }, { id: b, pattern: y }, { id: c, pattern: z, action: redact }, { id: d, pattern: w, mode: observe }] }',
    );
    expect(
      policy.egress.rules.map(({ action, mode, detector }) => [action, mode, detector.scan('wxyz').length]),
    ).toEqual([
      ['block', 'enforce', 2],
      ['block', 'observe', 1],
      ['redact', 'enforce', 1],
    ]);
  });

  it('takes the servers and ports of TCP that every layer names', () => {
    const policy = compiled(
      'version: 1\naction: { tcp: { allOf: [[{ host: db, port: 1 }, { host: mq, port: 2 }], [{ host: mq, port: 2 }]] } }\nendpoints: { tcp: { allOf: [[9, 7], [7, 8, 9]] } }',
    );
    expect([policy.action.tcp, policy.endpoints.tcp]).toEqual([[{ host: 'mq', first: 2, last: 2 }], [7, 9]]);
  });

  it('takes the parts of ranges that every layer names', () => {
    const policy = compiled(
      'version: 1\naction: { tcp: { allOf: [[{ host: w, port: "30000-32767" }, { host: x, port: "1-9" }], [{ host: w, port: "32000-40000" }, { host: w, port: 30001 }, { host: x, port: "10-11" }]] } }\nendpoints: { tcp: { allOf: [["5-9"], ["8-12", 5]] } }',
    );
    expect([policy.action.tcp, policy.endpoints.tcp]).toEqual([
      [
        { host: 'w', first: 32_000, last: 32_767 },
        { host: 'w', first: 30_001, last: 30_001 },
      ],
      [5, 8, 9],
    ]);
  });

  it('refuses a server that one layer inspects and another does not', () => {
    const workload = policySchema.parse({ version: 1, action: { tcp: [{ host: 'db', port: 5432 }] } });
    const floor = policySchema.parse({ version: 1, action: { hosts: ['db:5432'] } });
    expect(() => compile(effectivePolicy({ workload, floor }), options)).toThrow(
      'effective policy: action.tcp: action.hosts lists db:5432, so it is inspected',
    );
  });

  it('lets observing reach down', () => {
    const policy = compiled(
      'version: 1\ningress: { mode: observe, secrets: {}, rules: [{ id: a, pattern: x }] }\naction: { mode: observe, tools: [{ name: t }] }\nmodels: { mode: observe, allow: [] }',
    );
    expect(policy).toMatchObject({
      mode: 'enforce',
      modelsMode: 'observe',
      ingress: { secrets: { mode: 'observe' }, rules: [{ mode: 'observe' }] },
      action: { mode: 'observe', hostsMode: 'observe', tools: [{ mode: 'observe' }] },
      egress: { secrets: { mode: 'enforce' } },
    });
  });

  it.each([
    [
      'outbound: { providers: { mine: { url: "http://llm.internal:8000/v1/" } } }\naction: { hosts: ["llm.internal:8000"] }',
      [{ name: 'mine', url: 'http://llm.internal:8000/v1' }],
    ],
    [
      'outbound: { providers: { mine: { url: "http://llm.internal:8000" } } }\naction: { hosts: ["llm.internal"] }',
      [],
    ],
    ['outbound: { providers: { openai: none } }\naction: { hosts: ["api.openai.com"] }', []],
    [
      'outbound: { providers: { openai: { url: "https://proxy.test" } } }\naction: { hosts: ["proxy.test"] }',
      [{ name: 'openai', url: 'https://proxy.test' }],
    ],
  ])('offers providers by %j', (text, expected) => {
    expect(compiled(`version: 1\n${text}`).action.providers).toEqual(expected);
  });
});
