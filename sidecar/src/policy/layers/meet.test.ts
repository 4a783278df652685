import fc from 'fast-check';
import { canonicalPolicy } from './canonical.ts';
import { completeFloor, DEFAULT_POLICY } from './defaults.ts';
import { effectivePolicy } from './effective.ts';
import { meet, meetAll } from './meet.ts';
import { parsePolicy } from '../document/parse.ts';
import { randomPolicy } from './testdata/random-policy.ts';
import { policySchema, type PolicyDocument } from '../keys/schema.ts';
import { runs } from '../../detectors/testing/runs.ts';

const MANY = { numRuns: runs(40) };

const policy: fc.Arbitrary<PolicyDocument> = randomPolicy;
/** Recipients of age. */
const ALICE = 'age1tdmza03hfa2v53k5a7spt48heuuyl62k72lvtx0gaju0gah7ad7smzcgpd';
const BOB = 'age1h74rqr66vmkytydkq8jxepw62pc8ps7jn69u72vtuzax0fyckvusqeafxt';

function bytes(document: PolicyDocument): string {
  return canonicalPolicy(document).text;
}

function parse(text: string): PolicyDocument {
  const result = parsePolicy(text, 'p');
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.document;
}

describe('meet', () => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(policy, (a) => expect(bytes(meet(a, a))).toBe(bytes(a))),
      MANY,
    );
  });

  it('is commutative', () => {
    fc.assert(
      fc.property(policy, policy, (a, b) => expect(bytes(meet(a, b))).toBe(bytes(meet(b, a)))),
      MANY,
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(policy, policy, policy, (a, b, c) =>
        expect(bytes(meet(meet(a, b), c))).toBe(bytes(meet(a, meet(b, c)))),
      ),
      MANY,
    );
  });

  it('absorbs: the meet of two parts is unchanged by a further meet with a part', () => {
    fc.assert(
      fc.property(policy, policy, (a, b) => expect(bytes(meet(meet(a, b), b))).toBe(bytes(meet(a, b)))),
      MANY,
    );
  });

  it.each([
    ['', '', ''],
    ['mode: observe', '', 'mode: enforce'],
    ['mode: observe', 'mode: observe', 'mode: observe'],
    [
      'ingress: { injection: { action: redact, threshold: 0.9 } }',
      'ingress: { injection: { mode: observe, threshold: 0.7, untrusted: { threshold: 0.9 } } }',
      'ingress: { injection: { action: block, threshold: 0.7, untrusted: { threshold: 0.5 } } }',
    ],
    [
      'egress: { secrets: { action: off } }',
      'egress: { secrets: { action: redact, mode: observe } }',
      'egress: { secrets: { action: redact, mode: observe } }',
    ],
    [
      'ingress: { media: { action: allow } }',
      'ingress: { media: {} }',
      'ingress: { media: { action: block } }',
    ],
    [
      'ingress: { media: { image: { action: allow }, opaque: { action: allow } } }',
      'ingress: { media: { action: allow } }',
      'ingress: { media: { image: { action: allow }, opaque: { action: allow } } }',
    ],
    [
      'ingress: { media: { action: allow, image: { action: block, mode: observe } } }',
      'ingress: { media: { action: allow, image: { action: block }, file: {} } }',
      'ingress: { media: { action: allow, image: { action: block }, file: { action: block } } }',
    ],
    [
      'ingress: { media: { image: { action: allow } } }',
      'ingress: { media: { opaque: { action: allow } } }',
      'ingress: { media: { action: block } }',
    ],
    [
      'ingress: { media: { mode: observe, opaque: { action: allow } } }',
      'ingress: { media: { action: allow, opaque: { action: block, mode: observe } } }',
      'ingress: { media: { mode: observe } }',
    ],
    [
      'egress: { media: { action: allow, image: { action: block } } }',
      'egress: { media: { action: allow, image: { action: allow, mode: observe } } }',
      'egress: { media: { action: allow, image: { action: block } } }',
    ],
    [
      'egress: { pii: { entities: [EMAIL] } }',
      'egress: { pii: { entities: [IBAN], action: block } }',
      'egress: { pii: { entities: [EMAIL, IBAN], action: block } }',
    ],
    ['egress: { onBlock: finish }', 'egress: { onBlock: error }', 'egress: { onBlock: error }'],
    [
      'limits: { requestBytes: 1KiB, concurrent: 2 }',
      'limits: { requestBytes: 2KB, detectorMs: 2s }',
      'limits: { requestBytes: 1024, concurrent: 2, detectorMs: 2000 }',
    ],
    [
      'models: { allow: [a, "b*"] }',
      'models: { allow: ["b*", c] }',
      'models: { allow: { allOf: [[a, "b*"], ["b*", c]] } }',
    ],
    ['models: { allow: [a, b] }', 'models: { allow: [b] }', 'models: { allow: [b] }'],
    [
      'action: { default: allow }',
      'action: { tools: [{ name: x }] }',
      'action: { default: allow, tools: { allOf: [{ default: deny, tools: [{ name: x }] }] } }',
    ],
    [
      'action: { tools: [{ name: x }] }',
      'action: { tools: [{ name: y }] }',
      'action: { tools: { allOf: [{ default: deny, tools: [{ name: x }] }, { default: deny, tools: [{ name: y }] }] } }',
    ],
    [
      'action: { mcp: [{ server: a, tools: [x], pin: false }, { server: b }] }',
      'action: { mcp: [{ server: a, tools: [y] }] }',
      'action: { mcp: [{ server: a, tools: { allOf: [[x], [y]] }, pinning: [{ pin: false, pins: {} }, { pin: true, pins: {} }] }] }',
    ],
    [
      'action: { mcp: [{ server: a, mode: observe, paths: [/mcp], prompts: [p], clientFeatures: [roots] }] }',
      'action: { mcp: [{ server: a, prompts: ["*"], clientFeatures: [sampling, roots] }] }',
      'action: { mcp: [{ server: a, paths: { allOf: [[/*], [/mcp]] }, prompts: { allOf: [["*"], [p]] }, clientFeatures: [roots] }] }',
    ],
    [
      'action: { tcp: [{ host: db.svc, port: 5432 }, { host: mq.svc, port: 9092 }] }',
      'action: { tcp: [{ host: db.svc, port: 5432 }] }',
      'action: { tcp: [{ host: db.svc, port: 5432 }] }',
    ],
    [
      'action: { tcp: [{ host: db.svc, port: 5432 }] }',
      'action: { tcp: [{ host: db.svc, port: 5433 }] }',
      'action: { tcp: { allOf: [[{ host: db.svc, port: 5432 }], [{ host: db.svc, port: 5433 }]] } }',
    ],
    ['endpoints: { tcp: [6379, 5432] }', 'endpoints: { tcp: [5432] }', 'endpoints: { tcp: [5432] }'],
    ['endpoints: { mcp: [/mcp] }', 'endpoints: { mcp: [/mcp, /other] }', 'endpoints: { mcp: [/mcp] }'],
    [
      'outbound: { providers: { p: { url: "http://a" }, q: none } }',
      'outbound: { providers: { p: { url: "http://b" }, r: { url: "http://c/" } } }',
      'outbound: { providers: { p: none, q: none, r: { url: "http://c" } } }',
    ],
    [
      'audit: { required: false, content: none, sinks: [stdout] }',
      'audit: { required: true, sinks: [file] }',
      'audit: { required: true, content: none, sinks: [file, stdout] }',
    ],
    ['audit: { content: sealed }', 'audit: { content: none }', 'audit: { content: commit }'],
    ['audit: { content: sealed }', 'audit: { content: commit }', 'audit: { content: commit }'],
    ['audit: { content: sealed }', 'audit: { required: true }', 'audit: { content: sealed, required: true }'],
    [
      `audit: { sealed: { recipients: [${ALICE}, ${BOB}], sample: 0.5, folderBytes: 8MiB } }`,
      `audit: { sealed: { recipients: [${BOB}], sample: 0.9, bodyBytes: 1KiB } }`,
      `audit: { sealed: { recipients: [${BOB}], sample: 0.5, bodyBytes: 1KiB, folderBytes: 8MiB } }`,
    ],
    [
      `audit: { sealed: { recipients: [${ALICE}] } }`,
      `audit: { sealed: { recipients: [${BOB}] } }`,
      'audit: { sealed: { recipients: [] } }',
    ],
    [
      'audit: { sinks: [file] }',
      'audit: { sinks: [{ otlp: { endpoint: "https://c:4318", required: true } }] }',
      'audit: { sinks: [file, { otlp: { endpoint: "https://c:4318/v1/logs", required: true } }] }',
    ],
    [
      'audit: { sinks: [{ otlp: { endpoint: "https://c", required: true, unsentFor: 2m, unsentBytes: 1MiB } }] }',
      'audit: { sinks: [{ otlp: { endpoint: "https://c:443/v1/logs", encoding: json, compression: gzip, bodies: true, unsentBytes: 2MiB } }] }',
      'audit: { sinks: [{ otlp: { endpoint: "https://c", required: true, compression: gzip, unsentFor: 2m, unsentBytes: 1MiB } }] }',
    ],
    [
      'audit: { sinks: [{ otlp: { endpoint: "https://a" } }] }',
      'audit: { sinks: [{ otlp: { endpoint: "https://b" } }, stdout] }',
      'audit: { sinks: [stdout, { otlp: { endpoint: "https://b" } }, { otlp: { endpoint: "https://a" } }] }',
    ],
    [
      'ingress: { rules: [{ id: a, pattern: x }] }',
      'ingress: { rules: [{ id: a, pattern: x }, { id: b, pattern: y }] }',
      'ingress: { rules: [{ id: a, pattern: x }, { id: b, pattern: y }] }',
    ],
  ])('of %j and %j is %j', (a, b, both) => {
    const met = meet(parse(`version: 1\n${a}`), parse(`version: 1\n${b}`));
    expect(bytes(met)).toBe(bytes(parse(`version: 1\n${both}`)));
  });
});

describe('canonicalPolicy', () => {
  it('output parses back to the same value', () => {
    fc.assert(
      fc.property(policy, policy, (a, b) => {
        const met = canonicalPolicy(meet(a, b));
        expect(canonicalPolicy(parse(met.text))).toEqual(met);
      }),
      MANY,
    );
  });

  it('keeps the hash when an effective policy is published and read alone', () => {
    fc.assert(
      fc.property(policy, policy, (floor, workload) => {
        const effective = canonicalPolicy(effectivePolicy({ floor, workload }));
        expect(canonicalPolicy(effectivePolicy({ workload: parse(effective.text) })).sha256).toBe(
          effective.sha256,
        );
      }),
      MANY,
    );
  });

  it('does not depend on order or on repetition', () => {
    const one = parse(
      'version: 1\nmodels: { allow: [b, a, a] }\nlimits: { concurrent: 1, requestBytes: 1KiB }',
    );
    const two = parse('limits: { requestBytes: 1024, concurrent: 1 }\nmodels: { allow: [a, b] }\nversion: 1');
    expect(canonicalPolicy(one)).toEqual(canonicalPolicy(two));
  });
});

describe('effectivePolicy', () => {
  it('is the embedded default without layers', () => {
    expect(canonicalPolicy(effectivePolicy({}))).toEqual(canonicalPolicy(DEFAULT_POLICY));
  });

  it('does not let a workload switch off the implied defaults of a floor', () => {
    const off = parse(
      'version: 1\nmode: observe\ningress: { mode: observe, injection: { action: off }, media: { action: allow } }\negress: { pii: { action: off }, secrets: { action: off } }\naction: { mode: observe, default: allow }\nendpoints: { opaque: allow }\naudit: { required: false, content: none }',
    );
    const effective = effectivePolicy({ floor: policySchema.parse({ version: 1 }), workload: off });
    expect(effective).toMatchObject({
      mode: 'enforce',
      ingress: { mode: 'enforce', injection: { action: 'block' }, media: { action: 'block' } },
      egress: { pii: { action: 'redact' }, secrets: { action: 'block' } },
      action: { mode: 'enforce', default: 'deny' },
      endpoints: { opaque: 'deny' },
      audit: { required: true, content: 'commit' },
    });
    expect(effectivePolicy({ workload: off })).toMatchObject({
      mode: 'observe',
      egress: { secrets: { action: 'off' } },
      audit: { required: false },
    });
  });

  it('lets a workload name models, tools and hosts where the floor is silent about them', () => {
    const workload = parse(
      'version: 1\nmodels: { allow: [m] }\naction: { tools: [{ name: t }], hosts: [h.example] }',
    );
    expect(effectivePolicy({ floor: policySchema.parse({ version: 1 }), workload })).toMatchObject({
      models: { allow: { allOf: [['m']] } },
      action: { tools: [{ default: 'deny', tools: [{ name: 't' }] }], hosts: { allOf: [['h.example']] } },
    });
  });

  it('completes a floor to something that stays as strict', () => {
    fc.assert(
      fc.property(policy, (floor) =>
        expect(bytes(meet(floor, completeFloor(floor)))).toBe(bytes(meetAll([completeFloor(floor)]))),
      ),
      MANY,
    );
  });
});
