import { readFileSync } from 'node:fs';
import { parsePolicy } from './parse.ts';
import { formatProblem } from '../kinds/problem.ts';

const example = readFileSync(new URL('../testdata/support-bot.yaml', import.meta.url), 'utf8');

function problems(text: string): string[] {
  const result = parsePolicy(text, 'p.yaml');
  return result.ok ? [] : result.problems.map(formatProblem);
}

describe('parsePolicy', () => {
  it.each([
    ['', ['p.yaml:1:1: expected a policy document: a mapping that begins with version: 1']],
    ['- a', ['p.yaml:1:1: expected a policy document: a mapping that begins with version: 1']],
    ['mode: enforce', ['p.yaml:1:1: version: expected 1, the version of this document format']],
    ['version: 2', ['p.yaml:1:10: version: expected 1, the version of this document format']],
    [
      'version: 1\negress: { pi: { action: block } }',
      ['p.yaml:2:11: egress.pi: unknown key; did you mean egress.pii?'],
    ],
    [
      'version: 1\npromptLeak: {}',
      ['p.yaml:2:1: promptLeak: unknown key here; did you mean egress.promptLeak?'],
    ],
    ['version: 1\nmode: warn', ['p.yaml:2:7: mode: expected enforce or observe']],
    [
      'version: 1\nmode: 3\nlimits: { requestBytes: 4Mib, concurrent: 0 }',
      [
        'p.yaml:2:7: mode: expected enforce or observe',
        'p.yaml:3:25: limits.requestBytes: expected a size: bytes as a whole number, or a text such as "4MiB" or "500KiB"',
        'p.yaml:3:43: limits.concurrent: expected a whole number from 1 to 1000000',
      ],
    ],
    [
      'version: 1\nlimits: { requestBytes: 5GiB }',
      [
        'p.yaml:2:25: limits.requestBytes: expected a size: bytes as a whole number, or a text such as "4MiB" or "500KiB", from 1 to 1073741824',
      ],
    ],
    [
      'version: 1\nmodels: { allow: "*" }',
      ['p.yaml:2:18: models.allow: expected a list, or a mapping of allOf'],
    ],
    [
      'version: 1\nmodels: { allow: [a, "b c"] }',
      [
        'p.yaml:2:22: models.allow[1]: expected a name in which * stands for any characters and ? for one, without spaces, up to 256 characters',
      ],
    ],
    [
      'version: 1\nmodels: { allow: { allof: [[a]] } }',
      [
        'p.yaml:2:18: models.allow.allOf: missing; expected a list',
        'p.yaml:2:20: models.allow.allof: unknown key; did you mean models.allow.allOf?',
      ],
    ],
    [
      'version: 1\naction: { tools: [{ nme: x }] }',
      [
        'p.yaml:2:19: action.tools[0].name: expected a name',
        'p.yaml:2:21: action.tools[0].nme: unknown key; did you mean action.tools[0].name?',
      ],
    ],
    [
      'version: 1\naction: { tools: [{ name: x, when: "exchange.tained" }] }',
      [
        'p.yaml:2:36: action.tools[0].when: tool x at offset 8: exchange has no field tained; it has tainted, private, direction, dialect, model',
      ],
    ],
    [
      'version: 1\naction: { hosts: ["https://x.example"] }',
      ['p.yaml:2:19: action.hosts[0]: expected a host'],
    ],
    [
      'version: 1\naction: { hosts: [{ host: a.test, paths: [] }, { host: a.test, paths: ["v1"] }, { host: a.test }, { host: "A", paths: ["/"] }, { host: a.test, path: "/v1" }] }',
      [
        'p.yaml:2:42: action.hosts[0].paths: expected at least one path',
        'p.yaml:2:72: action.hosts[1].paths[0]: expected a path that begins with /',
        'p.yaml:2:81: action.hosts[2].paths: missing; expected a list',
        'p.yaml:2:107: action.hosts[3].host: expected a host in lower case',
        'p.yaml:2:128: action.hosts[4].paths: missing; expected a list',
        'p.yaml:2:144: action.hosts[4].path: unknown key; did you mean action.hosts[4].paths?',
      ],
    ],
    [
      'version: 1\naction: { tcp: [{ host: "*.svc", port: 5432 }, { host: db.svc, port: 0 }, { host: db.svc }] }',
      [
        'p.yaml:2:25: action.tcp[0].host: expected one host in lower case, without a wildcard or port',
        'p.yaml:2:70: action.tcp[1].port: expected a port',
        'p.yaml:2:75: action.tcp[2].port: expected a port',
      ],
    ],
    [
      'version: 1\naction: { tcp: [{ host: db.svc, port: 443 }, { host: api.openai.com, port: 5432 }, { host: db.svc, port: 15420 }] }',
      [
        'p.yaml:2:17: action.tcp[0]: port 443 carries HTTP and TLS, which are judged by host: list the host in action.hosts',
        'p.yaml:2:46: action.tcp[1]: api.openai.com is an LLM API, which is inspected',
        "p.yaml:2:84: action.tcp[2]: ports 15400 to 15499 are the sidecar's own",
      ],
    ],
    [
      'version: 1\naction: { hosts: ["a:5432", "*:*"], mcp: [{ server: "b:5432" }], tcp: [{ host: a, port: 5432 }, { host: b, port: 5432 }, { host: c, port: 5432 }, { host: d, port: 5432 }] }\noutbound: { providers: { mine: { url: "http://c:5432/v1" } } }',
      [
        'p.yaml:2:72: action.tcp[0]: action.hosts lists a:5432, so it is inspected',
        'p.yaml:2:97: action.tcp[1]: action.mcp lists b:5432, so it is inspected',
        'p.yaml:2:122: action.tcp[2]: outbound.providers has its API at c:5432, so it is inspected',
      ],
    ],
    [
      'version: 1\nendpoints: { tcp: [80, 6379, 15410, 70000] }',
      ['p.yaml:2:37: endpoints.tcp[3]: expected a port'],
    ],
    [
      'version: 1\nendpoints: { tcp: [80, 6379, 15410] }',
      [
        'p.yaml:2:20: endpoints.tcp[0]: port 80 carries HTTP or TLS',
        "p.yaml:2:30: endpoints.tcp[2]: ports 15400 to 15499 are the sidecar's own",
      ],
    ],
    [
      'version: 1\nendpoints: { tcp: ["79-81", "15390-15401", "5000-5020", "9-5", "1-70000", "0-3", "a-b"] }',
      [
        'p.yaml:2:57: endpoints.tcp[3]: expected a port (a whole number from 1 to 65535) or a range of them',
        'p.yaml:2:64: endpoints.tcp[4]: expected a port (a whole number from 1 to 65535) or a range of them',
        'p.yaml:2:75: endpoints.tcp[5]: expected a port (a whole number from 1 to 65535) or a range of them',
        'p.yaml:2:82: endpoints.tcp[6]: expected a port (a whole number from 1 to 65535) or a range of them',
      ],
    ],
    [
      'version: 1\nendpoints: { tcp: ["79-81", "15390-15401", "5000-5020", "5000-5019"] }',
      [
        'p.yaml:2:20: endpoints.tcp[0]: port 80 carries HTTP or TLS',
        "p.yaml:2:29: endpoints.tcp[1]: ports 15400 to 15499 are the sidecar's own",
        'p.yaml:2:44: endpoints.tcp[2]: 5000-5020 are more than 20 ports',
      ],
    ],
    [
      'version: 1\naction: { hosts: ["a:5432", "b:*"], tcp: [{ host: a, port: "5000-6000" }, { host: b, port: "7-9" }, { host: c, port: "1-9000" }, { host: d, port: "15000-16000" }, { host: e, port: "30000-32767" }] }',
      [
        'p.yaml:2:43: action.tcp[0]: action.hosts lists a:5432, so it is inspected',
        'p.yaml:2:75: action.tcp[1]: action.hosts lists b:7, so it is inspected',
        'p.yaml:2:101: action.tcp[2]: port 80 carries HTTP and TLS',
        "p.yaml:2:130: action.tcp[3]: ports 15400 to 15499 are the sidecar's own",
      ],
    ],
    ['version: 1\negress: { documents: {} }', ['p.yaml:2:22: egress.documents.fingerprints: missing']],
    [
      'version: 1\negress: { documents: { action: block, fingerprints: [A_B] } }',
      ['p.yaml:2:54: egress.documents.fingerprints[0]: expected the name of a fingerprints file'],
    ],
    [
      'version: 1\ningress: { rules: [{ id: a, pattern: "(x" }, { id: a, pattern: "y*" }] }',
      [
        'p.yaml:2:38: ingress.rules[0].pattern: rule a: a group that is not closed at offset 0',
        'p.yaml:2:64: ingress.rules[1].pattern: rule a: a pattern that matches the empty text at offset 0',
      ],
    ],
    [
      'version: 1\noutbound: { providers: { A: { url: "http://x" }, b: { url: "ftp://x" } } }',
      [
        'p.yaml:2:26: outbound.providers.A: expected a name',
        'p.yaml:2:60: outbound.providers.b.url: expected an http',
      ],
    ],
    ['version: 1\nversion: 1', ['p.yaml:2:1: this key is given twice; keep one of them']],
    [
      'version: 1\n---\nversion: 1',
      ['p.yaml:2:1: a second YAML document begins here; use one document per file'],
    ],
    ['version: !!js 1', ['p.yaml:1:10: YAML tags (!…) are not allowed; write a plain value']],
    ['version: 1\n\tmode: enforce', ['p.yaml:2:1: ']],
    [
      `a: &a [x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]`,
      ['p.yaml: more than 64 uses of YAML aliases; write the values out'],
    ],
    ['kind: Secret\ndata: {}', ['p.yaml:1:7: kind: expected ConfigMap']],
    [
      'kind: ConfigMap\ndata: { x: y }',
      ['p.yaml:2:7: data: expected the policy document as text under the key policy.yaml'],
    ],
    [
      'kind: ConfigMap\ndata:\n  policy.yaml: |\n\n    version: 1\n    mod: x\n',
      ['p.yaml:6:5: mod: unknown key; did you mean mode?'],
    ],
    [
      'kind: ConfigMap\ndata:\n  policy.yaml: "version: 1\\nmod: x"\n',
      ['p.yaml data["policy.yaml"]:2:1: mod: unknown key; did you mean mode?'],
    ],
    ['version: 1\n__proto__: { mode: observe }', ['p.yaml:2:1: __proto__: unknown key']],
  ])('%# refuses %j', (text, expected) => {
    const actual = problems(text);
    expect(actual).toHaveLength(expected.length);
    for (const [index, start] of expected.entries())
      expect(actual[index]?.slice(0, start.length)).toBe(start);
  });

  it('refuses too deep nesting', () => {
    expect(problems('['.repeat(200_000))).toEqual(['p.yaml: nested too deeply to be a policy']);
  });

  it('takes the example of the design', () => {
    const result = parsePolicy(example, 'support-bot.yaml');
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual([]);
    if (result.ok) expect(result.name).toBe('support-bot');
  });

  it.each([
    ['mode: observe', 'p:2:1: mode: nothing is enforced'],
    ['action: { default: allow }', 'p:2:11: action.default: tools that no entry'],
    ['egress: { secrets: { action: off } }', 'p:2:11: egress.secrets: credentials may leave'],
    ['callers: { require: true }', 'p:2:12: callers.require: refuses every inbound request, unless'],
    [
      'egress: { rules: [{ id: a, pattern: x }, { id: a, pattern: y }] }',
      'p:2:48: egress.rules[1].id: the id a is used twice',
    ],
    [
      'action: { mcp: [{ server: a }] }',
      'p:2:17: action.mcp[0]: lists no tools, resources or prompts, so the server cannot be used',
    ],
    [
      'action: { mcp: [{ server: "a:443", tools: [x] }], hosts: ["a"] }',
      'p:2:17: action.mcp[0]: action.hosts lists it too, so TLS connections to it pass without inspection',
    ],
    [
      'action: { hosts: ["api.example.com:443", "pg.ml.svc:5432", "redis.ml.svc:6380"] }',
      "p:2:42: action.hosts[1]: port 5432 is Postgres's, but action.hosts allows only HTTP",
    ],
    [
      'action: { hosts: ["api.openai.com"] }',
      'p:2:19: action.hosts[0]: prompts and replies leave here uninspected: traces of OpenAI Agents SDK (turned off by OPENAI_AGENTS_DISABLE_TRACING=1); an entry { host, paths } lists',
    ],
    [
      'action: { hosts: ["a.test", "*.langchain.com:*"] }',
      'p:2:29: action.hosts[1]: prompts and replies leave here uninspected: traces of LangSmith (turned off by LANGSMITH_TRACING=false)',
    ],
    [
      'action: { hosts: ["*"] }',
      'p:2:19: action.hosts[0]: prompts and replies leave here uninspected: traces of OpenAI Agents SDK (turned off by OPENAI_AGENTS_DISABLE_TRACING=1), traces of LangSmith (turned off by LANGSMITH_TRACING=false), traces of Langfuse (turned off by LANGFUSE_TRACING_ENABLED=false), and those of 11 more;',
    ],
    [
      'endpoints: { opaque: allow }\naction: { hosts: [{ host: api.openai.com, paths: ["/v1/*"] }] }',
      'p:3:19: action.hosts[0]: prompts and replies leave here uninspected: traces of OpenAI',
    ],
    [
      'endpoints: { pass: ["POST /v1/traces/*"] }\naction: { hosts: [{ host: api.openai.com, paths: ["/v1/traces/*"] }] }',
      'p:3:19: action.hosts[0]: prompts and replies leave here uninspected: traces of OpenAI',
    ],
    [
      'action: { tools: [{ name: a, sources: { to: [user, trusted] } }] }',
      'p:2:45: action.tools[0].sources.to: no tool of this policy has results: trusted',
    ],
    [
      'action: { tools: [{ name: a, results: trusted }] }',
      'p:2:39: action.tools[0].results: has no effect: no tool of this policy has when, arguments, sources or acts',
    ],
  ])('warns of %s', (text, expected) => {
    const result = parsePolicy(`version: 1\n${text}`, 'p');
    const warnings = result.ok ? result.warnings.map(formatProblem) : [];
    expect(warnings.map((warning) => warning.slice(0, expected.length))).toEqual([expected]);
  });

  it.each([
    'action: { hosts: [{ host: api.openai.com, paths: ["/v1/*"] }] }',
    'endpoints: { opaque: allow }\naction: { hosts: [{ host: api.openai.com, paths: ["/v1/chat/*"] }] }',
    'action: { hosts: ["api.openai.com.evil.test", "openai.com", "langchain.com"] }',
    'action: { hosts: [{ host: "a:443", paths: ["/v1/*"] }], mcp: [{ server: "a:443", tools: [x] }] }',
    'action: { tools: [{ name: a, results: trusted }, { name: b, sources: { to: [user, trusted] } }] }',
    'action: { tools: [{ name: a, results: trusted }, { name: b, when: "!exchange.tainted" }] }',
    'endpoints: { mcp: [/mcp] }\naction: { tools: [{ name: a, schema: offered }] }',
  ])('has nothing against %s', (text) => {
    expect(parsePolicy(`version: 1\n${text}`, 'p')).toMatchObject({ ok: true, warnings: [] });
  });

  it('means a named setting in full', () => {
    const result = parsePolicy('version: 1\ningress: { injection: {} }', 'p');
    expect(result).toMatchObject({
      ok: true,
      document: {
        mode: 'enforce',
        ingress: {
          mode: 'enforce',
          injection: { action: 'block', mode: 'enforce', threshold: 0.8, untrusted: { threshold: 0.5 } },
        },
      },
    });
  });
});
