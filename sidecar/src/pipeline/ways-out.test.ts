import { errorMessage, findDialect, parseText, isObject, refuseMcp } from '../dialects/index.ts';
import { refusalMessage } from '../dialects/refusal-message.ts';
import { namesWayOut, REFUSALS, type Refusal, type RefusalCode } from '../exchange/index.ts';
import { UpstreamError, type UpstreamErrorCode } from '../forward/upstream-error.ts';
import { BodyError } from '../http/body/body.ts';
import type { BodyErrorCode } from '../http/body/body-error.ts';
import { FAULTS, type FaultCode } from '../http/head/fault.ts';
import { keysAt } from '../policy/keys/key-paths.ts';
import { codeOfFault, detailOfFault } from './context/refuse.ts';
import { send, Live, policyOf } from './test-kit.ts';
import { CHAT, SAMPLES } from './testing/samples.ts';

const NONE = /No policy key would allow it\.$/;
const OBSERVE = /No policy key allows .*; only mode: observe would forward it\.$/;

/** What each refusal says where no detail is more exact: a code that is not here does not compile. */
const SAID: Readonly<Record<RefusalCode, RegExp>> = {
  injection_detected: / ingress\.injection of the policy would allow it\.$/,
  content_refused:
    / ingress\.rules, ingress\.pii, ingress\.media, egress\.media or limits\.outputTokens of the policy would allow it\.$/,
  sensitive_output: / egress\.pii or egress\.rules of the policy would allow it\.$/,
  secret_detected: / ingress\.secrets or egress\.secrets of the policy would allow it\.$/,
  prompt_leak: / egress\.promptLeak of the policy would allow it\.$/,
  document_leak: / egress\.documents of the policy would allow it\.$/,
  exfiltration_link: / egress\.links of the policy would allow it\.$/,
  tool_not_allowed: / action\.tools or action\.mcp of the policy would allow it\.$/,
  tool_changed: / action\.mcp or action\.tools of the policy would allow it\.$/,
  model_not_allowed: / models\.allow of the policy would allow it\.$/,
  host_not_allowed: / action\.hosts of the policy would allow it\.$/,
  limit_exceeded: / limits\.requestsPerMinute, .* or limits\.spend of the policy would allow it\.$/,
  request_malformed: OBSERVE,
  endpoint_not_allowed: / endpoints\.pass or endpoints\.opaque of the policy would allow it\.$/,
  caller_not_verified: / callers\.jwt or callers\.require of the policy would allow it\.$/,
  body_too_large: / limits\.requestBytes of the policy would allow it\.$/,
  response_malformed: OBSERVE,
  detector_unavailable: / limits\.detectorMs of the policy would allow it\.$/,
  audit_unavailable: / audit\.required of the policy would allow it\.$/,
  audit_undelivered: / audit\.sinks or audit\.anchor of the policy would allow it\.$/,
  policy_unavailable: NONE,
  upstream_unavailable: NONE,
  shutting_down: NONE,
};

/** What a listener says before there is an exchange. */
const FAULT_SAID: Readonly<Record<FaultCode, RegExp>> = {
  malformed: NONE,
  host_missing: NONE,
  host_ambiguous: NONE,
  length_ambiguous: NONE,
  transfer_encoding: NONE,
  header_ambiguous: NONE,
  target: NONE,
  method: NONE,
  version: /endpoints\.tcp/,
  expectation: NONE,
  upgrade: NONE,
  headers_too_large: NONE,
  body_too_large: NONE,
  timeout: NONE,
  host_not_allowed: /action\.hosts of the policy would allow it\.$/,
};

const UPSTREAM_SAID: Readonly<Record<UpstreamErrorCode, RegExp>> = {
  connect_failed: NONE,
  connect_timeout: NONE,
  resolve_failed: NONE,
  forbidden_address: /action\.hosts of the policy would allow it/,
  tls_failed: NONE,
  headers_timeout: NONE,
  body_timeout: NONE,
  broken: NONE,
  stale: NONE,
  malformed_reply: /; no policy key would allow it\.$/,
  redirected: /Outbound, action\.hosts of the policy allows it .*; inbound no policy key does/,
  request_invalid: NONE,
  overloaded: NONE,
  closed: NONE,
};

const BODY_SAID: Readonly<Record<BodyErrorCode, RegExp>> = {
  overloaded: /no policy key makes any: raise --body-memory-mebibytes/,
  too_large: /limits\.responseBytes of the policy would allow more\.$/,
  unsupported_encoding: OBSERVE,
  malformed_encoding: OBSERVE,
  aborted: OBSERVE,
};

function refusalOf(code: RefusalCode, detail: string | null = null): Refusal {
  return { code, decision: 'd', detail, retryAfterSeconds: null };
}

const codes = Object.entries(SAID) as [RefusalCode, RegExp][];

describe('the way out of a refusal', () => {
  it.each(codes)('is said with %s in the words of every protocol', (code, said) => {
    const refusal = refusalOf(code, 'messages[0]: what is wrong');
    const message = refusalMessage(refusal);
    expect(message).toMatch(said);
    const spoken = JSON.stringify(message).slice(1, -1);
    for (const sample of SAMPLES) {
      const { path, streamPath } = sample;
      const [bare = '', query = ''] = (streamPath ?? path).split('?');
      const found = findDialect({ method: 'POST', path: bare, query });
      if (found === null) throw new Error(path);
      const { dialect, match } = found;
      const body = parseText(JSON.stringify(sample.request('Hi.', { stream: true })));
      if (!isObject(body)) throw new Error(path);
      const prompt = dialect.prompt(body, match);
      expect(dialect.refuse(refusal).body).toContain(spoken);
      expect(dialect.stream(prompt, match).raise(refusal)).toContain(spoken);
    }
    expect(errorMessage(refusal, 1)).toContain(spoken);
    expect(refuseMcp(refusal, [], false).body).toContain(spoken);
  });

  it.each(codes)('names keys that the policy has: %s', (code) => {
    const { wayOut } = REFUSALS[code];
    for (const key of wayOut.kind === 'keys' ? wayOut.keys : []) {
      const [section = '', setting = ''] = key.split('.');
      expect(keysAt([section])).toContain(setting);
    }
  });

  it.each(Object.entries(FAULT_SAID) as [FaultCode, RegExp][])(
    'is said before there is an exchange: %s',
    (code, said) => {
      expect(FAULTS[code].message).toMatch(said);
    },
  );

  it.each(Object.entries(UPSTREAM_SAID) as [UpstreamErrorCode, RegExp][])(
    'is said of an upstream: %s',
    (code, said) => {
      const error = new UpstreamError(code);
      expect(refusalMessage(refusalOf(codeOfFault(error), detailOfFault(error)))).toMatch(said);
    },
  );

  it.each(Object.entries(BODY_SAID) as [BodyErrorCode, RegExp][])(
    'is said of the body of a reply: %s',
    (code, said) => {
      const error = new BodyError(code);
      expect(refusalMessage(refusalOf(codeOfFault(error), detailOfFault(error)))).toMatch(said);
    },
  );

  it.each([
    ['/messages/0/content: an image; ingress.media.image of the policy would allow it', true],
    ['limits.concurrent of the policy would allow more', true],
    ['no policy key makes any', true],
    ['messages[0].content: expected a string', false],
    ['/choices/0/delta: unknown policy', false],
  ])('is not said twice: %s', (detail, named) => {
    expect(namesWayOut(detail)).toBe(named);
  });
});

interface Row {
  readonly name: string;
  readonly policy?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly reply?: string;
  /** The second one is looked at. */
  readonly again?: boolean;
  readonly status: number;
  readonly said: RegExp;
}

const MAIL = 'ann.miller@example.com';
const TOKEN = `ghp_${'a1B2c3D4'.repeat(4)}e5F6`;
function asks(text: string): string {
  return JSON.stringify(CHAT.request(text));
}

function says(text: string): string {
  return JSON.stringify(CHAT.whole(text));
}

/** Of several keys with the same code, the one that decided. */
function only(key: string): RegExp {
  return new RegExp(
    `refuses\\. ${key} of the policy would allow it\\."|none\\. ${key} of the policy would allow it\\."`,
  );
}

const ASK = JSON.stringify(CHAT.request('Hello.'));

const rows: readonly Row[] = [
  { name: 'an unlisted path', path: '/v1/images', status: 404, said: /endpoints\.pass can list/ },
  { name: 'a variant', path: '/v1/chat/completions/', status: 404, said: /which no policy key allows/ },
  {
    name: 'a body that is too large',
    policy: 'limits: { requestBytes: 16B }',
    status: 413,
    said: /limits\.requestBytes/,
  },
  { name: 'no JSON', body: '{', status: 400, said: /only mode: observe/ },
  { name: 'a model', policy: 'models: { allow: ["x"] }', status: 403, said: /models\.allow/ },
  {
    name: 'tokens',
    policy: 'limits: { outputTokens: 1 }',
    body: ASK.replace('{', '{"max_tokens":9,'),
    status: 400,
    said: /limits\.outputTokens/,
  },
  {
    name: 'a body on a listed GET',
    method: 'GET',
    path: '/health',
    body: '{}',
    status: 400,
    said: /only mode: observe/,
  },
  { name: 'a reply that is no JSON', reply: '{', status: 502, said: /only mode: observe/ },
  {
    name: 'a reply that is too large',
    policy: 'limits: { responseBytes: 64B }',
    reply: JSON.stringify(CHAT.whole('x'.repeat(99))),
    status: 502,
    said: /limits\.responseBytes/,
  },
  {
    name: 'an exhausted rate',
    policy: 'limits: { requestsPerMinute: 1 }',
    again: true,
    status: 429,
    said: /limits\.requestsPerMinute of the policy would allow more/,
  },
  {
    name: 'personal data in a prompt',
    policy: 'ingress: { pii: { action: block } }',
    body: asks(`Write to ${MAIL}`),
    status: 400,
    said: only('ingress.pii'),
  },
  {
    name: 'an own rule of prompts',
    policy: "ingress: { rules: [{ id: pii.email, pattern: 'payroll' }] }",
    body: asks('The payroll, please.'),
    status: 400,
    said: only('ingress.rules'),
  },
  {
    name: 'personal data in a reply',
    policy: 'egress: { pii: { action: block }, onBlock: error }',
    reply: says(`Write to ${MAIL}`),
    status: 400,
    said: only('egress.pii'),
  },
  {
    name: 'an own rule of replies',
    policy: "egress: { onBlock: error, rules: [{ id: pii.email, pattern: 'payroll' }] }",
    reply: says('The payroll.'),
    status: 400,
    said: only('egress.rules'),
  },
  {
    name: 'a credential in a prompt',
    policy: 'ingress: { secrets: { action: block } }',
    body: asks(`Use ${TOKEN}`),
    status: 400,
    said: only('ingress.secrets'),
  },
  {
    name: 'a credential in a reply',
    policy: 'egress: { secrets: { action: block }, onBlock: error }',
    reply: says(`Use ${TOKEN}`),
    status: 400,
    said: only('egress.secrets'),
  },
  { name: 'no reply', status: 502, said: /No policy key would allow it/ },
];

describe('a sidecar that refuses', () => {
  it.each(rows.map((row) => [row.name, row] as const))('says the way out: %s', async (_name, row) => {
    const live = await new Live({ policy: policyOf(row.policy ?? '') }).start();
    live.answer = (request, response) => {
      request.resume();
      if (row.reply === undefined) response.socket?.destroy();
      else response.setHeader('content-type', 'application/json').end(row.reply);
    };
    const { method = 'POST', path = CHAT.path, body = ASK } = row;
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const sent = { method, path, body, headers };
    if (row.again === true) await send(live.port, sent);
    const got = await send(live.port, sent);
    expect([got.status, got.body]).toEqual([row.status, expect.stringMatching(row.said)]);
    await live.close();
  });
});
