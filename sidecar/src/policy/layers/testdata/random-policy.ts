import fc from 'fast-check';
import { policySchema, type PolicyDocument, type PolicyInput } from '../../keys/schema.ts';

const RECIPIENT = 'age1tdmza03hfa2v53k5a7spt48heuuyl62k72lvtx0gaju0gah7ad7smzcgpd';
const OTHER_RECIPIENT = 'age1h74rqr66vmkytydkq8jxepw62pc8ps7jn69u72vtuzax0fyckvusqeafxt';

/** Bodies that are kept can be opened, so that every meet of such policies is valid. */
function readable(audit: NonNullable<PolicyInput['audit']>): NonNullable<PolicyInput['audit']> {
  if (audit.content !== 'sealed') return audit;
  return { ...audit, sealed: { recipients: [RECIPIENT], ...audit.sealed } };
}

/** Optional keys; undefined never appears. */
function some<T extends object>(shape: { readonly [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<
  Partial<T>
> {
  return fc.record(shape, { requiredKeys: [] }) as fc.Arbitrary<Partial<T>>;
}

const mode = fc.constantFrom('enforce' as const, 'observe' as const);
const action = fc.constantFrom('off' as const, 'redact' as const, 'block' as const);
function list(...items: readonly string[]): fc.Arbitrary<string[]> { return fc.uniqueArray(fc.constantFrom(...items), { maxLength: 3 }); }
const threshold = fc.constantFrom(0, 0.3, 0.5, 0.8, 1);
const setting = some({ action, mode });
const onUnreachable = fc.constantFrom('refuse' as const, 'local' as const);
const origins = fc.subarray(['user', 'assistant', 'tool', 'document'] as const, { minLength: 1 });
const classifier = fc
  .record(
    {
      labels: fc.subarray(['INJECTION', 'unsafe'], { minLength: 1 }),
      origins: origins.map((each) => [...each]),
      threshold: fc.constantFrom(0.3, 0.9),
      windowBytes: fc.constantFrom(64, '2KiB'),
      timeout: fc.constantFrom('1s', 250),
      plaintext: fc.constantFrom('cluster' as const, 'allow' as const),
      onError: onUnreachable,
    },
    { requiredKeys: [] },
  )
  .map((rest) => ({ url: 'https://tei.a.svc/predict', protocol: 'text-classification' as const, ...rest }));
const mediaSetting = { action: fc.constantFrom('block' as const, 'allow' as const), mode };
const media = some({
  ...mediaSetting,
  image: some(mediaSetting),
  audio: some(mediaSetting),
  file: some(mediaSetting),
  opaque: some(mediaSetting),
});

export const MODELS = ['llama', 'qwen', 'qwen-2', 'other'];
export const TOOLS = ['search', 'search_docs', 'send_mail', 'other', 'sendMail'];
export const HOSTS = ['api.example.com', 'example.com', 'api.example.com:8080', 'other.test'];

export const TCP_SERVERS = [
  { host: 'db.test', port: 5432 },
  { host: 'db.test', port: 6379 },
  { host: 'cache.test', port: 6379 },
];
export const TCP_PORTS = [6379, 5432, 9092];
const tcpServers = fc.subarray([
  ...TCP_SERVERS,
  { host: 'db.test', port: '5000-6378' },
  { host: 'db.test', port: '6000-7000' },
  { host: 'cache.test', port: '6379-6379' },
]);
const tcpPorts = fc.subarray([...TCP_PORTS, '6370-6380', '5425-5440']);

const models = list('llama', 'qwen*', '*-2', '*', 'q?en');
const hosts = fc.uniqueArray(
  fc.constantFrom(
    'api.example.com',
    '*.example.com',
    'example.com',
    '*',
    'api.example.com:8080',
    '*.example.com:*',
    { host: 'api.example.com', paths: ['/v1/chat'] },
    { host: '*.example.com', paths: ['/v1/*', '/v1/chat'] },
    { host: '*', paths: ['/v1/traces'] },
  ),
  { maxLength: 3 },
);
const sources = fc.constantFrom<Record<string, ('user' | 'system' | 'trusted')[]>>(
  { to: ['user'] },
  { TO: ['user', 'system'] },
  { n: ['trusted'] },
);
const trust = fc.constantFrom('trusted' as const, 'untrusted' as const);
const schema = fc.constantFrom<'offered' | Record<string, unknown>>(
  'offered',
  { required: ['to'], properties: { to: { enum: ['a'] } } },
  { properties: { n: { maximum: 2 } } },
);
const tool = fc.record(
  {
    name: fc.constantFrom('search', 'search*', '*', 'send_mail', '*_docs', 's?arch'),
    models,
    when: fc.constantFrom('!exchange.tainted', "exchange.model == 'qwen'", 'true', 'false'),
    arguments: fc.constantFrom("args.to == 'a'", 'has(args.to)', 'args.n < 3.0'),
    schema,
    sources,
    results: trust,
    reads: fc.constant('private' as const),
    acts: fc.constant('outside' as const),
    repeats: fc.constantFrom(1, 2),
    pin: fc.boolean(),
    pins: fc.constantFrom(`sha256-${'0'.repeat(64)}`, `sha256-${'1'.repeat(64)}`),
    mode,
  },
  { requiredKeys: ['name'] },
);
const fallback = fc.constantFrom('deny' as const, 'allow' as const);
const offers = fc.constantFrom('refuse' as const, 'strip' as const);
const onDeny = fc.constantFrom('finish' as const, 'deny-result' as const, 'error' as const);
const toolList = fc.array(tool, { maxLength: 3 });
const tools = fc.oneof(
  toolList,
  fc.record({
    allOf: fc.array(fc.record({ default: fallback, tools: toolList }), { minLength: 1, maxLength: 2 }),
  }),
);
export const MCP_HOSTS = ['a.test:8080', 'b.test'];
export const MCP_TOOLS = ['search', 'search_docs', 'send_mail'];
export const HASHES = ['0', '1'].map((digit) => digit.repeat(64));

const mcpTool = fc.oneof(
  fc.constantFrom('search', 'search*', '*'),
  fc.record(
    {
      name: fc.constantFrom('search', 'search*', 'send_mail'),
      when: fc.constantFrom('!exchange.tainted', 'false'),
      arguments: fc.constantFrom("args.to == 'a'", 'has(args.to)'),
      mode,
    },
    { requiredKeys: ['name'] },
  ),
);
const pin = fc.constantFrom(...HASHES.map((hash) => `sha256-${hash}`));
const mcp = fc.uniqueArray(
  fc.record(
    {
      server: fc.constantFrom(...MCP_HOSTS),
      mode,
      paths: list('/mcp', '/*', '/other'),
      tools: fc.oneof(
        fc.array(mcpTool, { maxLength: 3 }),
        fc.record({ allOf: fc.array(fc.array(mcpTool, { maxLength: 2 }), { minLength: 1, maxLength: 2 }) }),
      ),
      resources: list('file:*', '*', 'file:x'),
      prompts: list('p', '*'),
      clientFeatures: fc.uniqueArray(fc.constantFrom('sampling' as const, 'elicitation' as const, 'roots' as const)),
      results: trust,
      pin: fc.boolean(),
      pins: fc.dictionary(fc.constantFrom(...MCP_TOOLS), fc.uniqueArray(pin, { minLength: 1 }), { maxKeys: 2 }),
    },
    { requiredKeys: ['server'] },
  ),
  { maxLength: 2, selector: ({ server }) => server },
);
const rules = fc.uniqueArray(
  fc.record(
    {
      id: fc.constantFrom('a', 'b', 'c'),
      pattern: fc.constantFrom('payroll', 'pay[a-z]+', '(?i)secret plan', '\\d{3}'),
      action: fc.constantFrom('redact' as const, 'block' as const),
      mode,
    },
    { requiredKeys: ['id', 'pattern'] },
  ),
  { maxLength: 3, selector: ({ id }) => id },
);
const entities = fc.uniqueArray(fc.constantFrom('EMAIL' as const, 'PHONE' as const, 'IBAN' as const), {
  minLength: 1,
  maxLength: 3,
});
const inboundPii = some({ action: fc.constantFrom('off' as const, 'mask' as const, 'tokenise' as const, 'redact' as const, 'block' as const), mode, entities });
const outboundPii = some({ action: fc.constantFrom('off' as const, 'mask' as const, 'redact' as const, 'block' as const), mode, entities });
const ISSUERS = ['https://a.test', 'https://b.test'];
const AUDIENCES = ['bot', 'other'];
const KEYS = ['0', '1'].map((digit) => ({ kty: 'EC', crv: 'P-256', x: digit.repeat(43), y: digit.repeat(43) }));
const jwt = fc.uniqueArray(
  fc.record(
    {
      issuer: fc.constantFrom(...ISSUERS),
      audience: fc.uniqueArray(fc.constantFrom(...AUDIENCES), { minLength: 1 }),
      jwks: fc.oneof(
        fc.record({ keys: fc.uniqueArray(fc.constantFrom(...KEYS), { minLength: 1 }) }),
        fc.record({ url: fc.constantFrom('https://a.test/keys', 'https://b.test/keys') }),
      ),
      algorithms: fc.uniqueArray(fc.constantFrom('ES256' as const, 'RS256' as const), { minLength: 1 }),
      subjectClaim: fc.constantFrom('sub', 'email'),
      groupsClaim: fc.constantFrom('groups', 'roles'),
      header: fc.constantFrom('authorization', 'x-caller'),
      forward: fc.boolean(),
    },
    { requiredKeys: ['issuer', 'audience', 'jwks'] },
  ),
  { maxLength: 2, selector: ({ issuer }) => issuer },
);
const serviceAccounts = fc.array(
  fc.record(
    {
      audience: fc.uniqueArray(fc.constantFrom(...AUDIENCES), { minLength: 1 }),
      header: fc.constantFrom('authorization', 'x-caller'),
      forward: fc.boolean(),
    },
    { requiredKeys: ['audience'] },
  ),
  { maxLength: 1 },
);
const apiKeys = fc.uniqueArray(
  fc.record(
    {
      file: fc.constantFrom('desk.keys', 'shop.keys'),
      headers: fc.uniqueArray(fc.constantFrom('authorization' as const, 'x-api-key' as const), { minLength: 1 }),
      forward: fc.boolean(),
    },
    { requiredKeys: ['file'] },
  ),
  { maxLength: 2, selector: ({ file }) => file },
);
const mesh = fc.array(
  fc.record({
    peers: fc.uniqueArray(fc.constantFrom('127.0.0.6', '10.0.0.0/8', 'fd00::/8'), { minLength: 1 }),
    trustDomains: fc.uniqueArray(fc.constantFrom('cluster.local', 'other.local'), { minLength: 1 }),
  }),
  { maxLength: 1 },
);
const required = fc.oneof(
  fc.boolean(),
  fc.record({ except: fc.uniqueArray(fc.constantFrom('builtin', '/a', '/b*')) }),
);
const count = fc.integer({ min: 1, max: 5000 });

const input: fc.Arbitrary<PolicyInput> = fc.record({ version: fc.constant(1 as const) }).chain((base) =>
  some({
    mode,
    models: some({ mode, allow: models }),
    limits: some({
      requestBytes: count,
      responseBytes: count,
      outputTokens: count,
      requestsPerMinute: count,
      tokensPerMinute: count,
      concurrent: count,
      perCaller: some({ requestsPerMinute: count, tokensPerMinute: count, concurrent: count }),
      spend: fc.array(
        fc.record(
          {
            of: fc.constantFrom('caller' as const, 'workload' as const, 'conversation' as const),
            window: fc.constantFrom('1m', '24h'),
            tokens: count,
            outputTokens: count,
            unreported: fc.constantFrom('estimate' as const, 'exhaust' as const),
          },
          { requiredKeys: ['of', 'window', 'tokens'] },
        ),
        { maxLength: 2 },
      ),
      holdChars: count,
    }),
    endpoints: some({
      pass: list('builtin', '/a', 'GET /b*', '/*'),
      prefixes: list('builtin', '/a', '/b'),
      opaque: fallback,
      upgrade: list('/ws', '/w*'),
      mcp: list('/mcp', '/m*'),
      tcp: fc.oneof(tcpPorts, fc.record({ allOf: fc.array(tcpPorts, { minLength: 1, maxLength: 2 }) })),
    }),
    callers: some({ mode, require: required, jwt, serviceAccounts, apiKeys, mesh }),
    ingress: some({
      mode,
      injection: some({ action, mode, threshold, untrusted: some({ threshold }), classifier }),
      secrets: setting,
      pii: inboundPii,
      pasted: some({
        chars: fc.constantFrom(5, 1000),
        between: fc.subarray([
          { start: '<doc>', end: '</doc>' },
          { start: '<page>', end: '</page>' },
        ]),
      }),
      media,
      rules,
    }),
    egress: some({
      mode,
      pii: outboundPii,
      secrets: setting,
      promptLeak: setting,
      media,
      links: some({ action, mode, allowHosts: list('api.example.com', '*.example.com', 'evil.test') }),
      rules,
      onBlock: fc.constantFrom('finish' as const, 'error' as const),
    }),
    action: some({
      mode,
      default: fallback,
      offers,
      onDeny,
      tools,
      mcp,
      hosts,
      tcp: fc.oneof(tcpServers, fc.record({ allOf: fc.array(tcpServers, { minLength: 1, maxLength: 2 }) })),
    }),
    outbound: some({
      providers: fc.dictionary(
        fc.constantFrom('openai', 'mine'),
        fc.oneof(
          fc.constant('none' as const),
          fc.record({ url: fc.constantFrom('https://api.example.com', 'http://other.test/v1') }),
        ),
        { maxKeys: 2 },
      ),
    }),
    audit: some({
      required: fc.boolean(),
      content: fc.constantFrom('commit' as const, 'none' as const, 'sealed' as const),
      sealed: some({
        recipients: fc.constantFrom<string[][]>([RECIPIENT], [RECIPIENT, OTHER_RECIPIENT]),
        sample: threshold,
        bodyBytes: fc.constantFrom(100, '1MiB'),
        folderBytes: fc.constantFrom(1_000, '2MiB'),
      }),
      callers: fc.constantFrom('digest' as const, 'subject' as const, 'none' as const),
      whenFull: fc.constantFrom('prune' as const, 'refuse' as const),
      sinks: fc.array(
        fc.oneof(
          fc.constantFrom('file' as const, 'stdout' as const),
          fc.record({
            otlp: fc.record(
              {
                endpoint: fc.constantFrom('https://a:4318', 'https://a:4318/v1/logs', 'http://b/logs'),
                encoding: fc.constantFrom('protobuf' as const, 'json' as const),
                bodies: fc.boolean(),
                required: fc.boolean(),
                unsentBytes: fc.constantFrom(1_000, '1MiB'),
                unsentFor: fc.constantFrom('5s', 60_000),
              },
              { requiredKeys: ['endpoint'] },
            ),
          }),
        ),
        { minLength: 1, maxLength: 4 },
      ),
    }).map(readable),
    state: some({
      server: fc.constant({ url: 'valkeys://a.test:6379', keyFile: 'state.key' }),
      timeout: count,
      onUnreachable,
    }),
  }).map((rest) => ({ ...base, ...rest })),
);

/** Documents over a small vocabulary, so that layers often speak of the same things. Without `documents`. */
export const randomPolicy: fc.Arbitrary<PolicyDocument> = input.map((written) => policySchema.parse(written));
