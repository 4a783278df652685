import { SECRET_RULES, createSecretsDetector } from './index.ts';

const detector = createSecretsDetector();
const BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n'.repeat(20);

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`);
}

it.each([
  ['a placeholder', 'api_key: "your-api-key-goes-here-123"'],
  ['a variable', 'password=${DB_PASSWORD}'],
  ['a user and a password that stand for others', 'curl --user "xxx:yyy" https://x.test'],
  ['a value that is cut', 'export OP_TOKEN=ops_eyJzaWduSW5BZGRyZXNzIjoiaHR0cHM6...'],
  ['a name in place of a value', 'api_key: "App1ConfigurationAccessTokenHere"'],
  ['the file of a key', 'tls.key=certs/Env42/server7.p12'],
  ['an example of AWS', 'AKIAIOSFODNN7EXAMPLE'],
  ['a token of one character', `ghp_${'a'.repeat(36)}`],
  ['a weak password in a URL', 'postgres://user:password@localhost/db'],
  ['a URL with a port', 'https://example.com:8443/@scope'],
  ['a commit', 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1'],
  ['a UUID', 'af5c3d45-72b8-11eb-a3a3-0242ac130003'],
  [
    'the mention of a header',
    `-----BEGIN PRIVATE KEY----- is how it begins. ${'Nothing follows here. '.repeat(40)}`,
  ],
  ['a public key', `-----BEGIN PUBLIC KEY-----\n${BODY}-----END PUBLIC KEY-----`],
  ['a method', 's.makeKubeConfigController = args'],
  ['prose about passwords', 'The password is required, and the token expires.'],
])('passes %s', (_, text) => {
  expect(found(text)).toEqual([]);
});

/** Made up for this test; joined so that no scanner of this repository takes them for real. */
const TOKENS: readonly (readonly [string, string])[] = [
  ['aws-access-key-id', 'AKIA' + 'Q7WZ5TXN3RLMKB2D'],
  ['gcp-api-key', 'AIza' + 'SyD3asb-2pEZVqMkmL6M9N6nHZRR_znhrh0'],
  ['github-token', 'ghp_' + '16C7e42F292c6912E7710c838347Ae178B4a'],
  ['gitlab-token', 'glpat-' + 'x8Kq2_ZrT5vBn7YwL3mP'],
  ['slack-token', 'xoxb-' + '278456193047-902837465182-Kd83hVb2LqPz7TnW4mRx'],
  ['stripe-key', 'sk_live_' + '4eC39HqLyjWDarjtT1zdp7dc'],
  ['anthropic-key', 'sk-ant-api03-' + 'q8Zr3LwT0vBn5YxK1mPdH7cJ9fGsA2eRuI4oXyC6tVbN-'.repeat(2) + 'AA'],
  ['openai-key', 'sk-' + 'q8Zr3LwT0vBn5YxK1mPd' + 'T3BlbkFJ' + 'H7cJ9fGsA2eRuI4oXyC6'],
  ['huggingface-token', 'hf_' + 'qZrLwTvBnYxKmPdHcJfGsAeRuIoXyCtVbN'],
  ['npm-token', 'npm_' + 'q8Zr3LwT0vBn5YxK1mPdH7cJ9fGsA2eRuI4o'],
  ['sendgrid-key', 'SG.' + 'q8Zr3LwT0vBn5YxK1mPdH7.' + 'cJ9fGsA2eRuI4oXyC6tVbNq8Zr3LwT0vBn5YxK1mPdH'],
  ['telegram-token', '5483920176:A' + 'Aq8Zr3LwT0vBn5YxK1mPdH7cJ9fGsA2eRu'],
  ['shopify-token', 'shpat_' + '9f8e2d7c6b5a40312e4f6a8b9c0d1e7f'],
  ['digitalocean-token', 'dop_v1_' + '9f8e2d7c6b5a40312e4f6a8b9c0d1e7f'.repeat(2)],
  ['databricks-token', 'dapi' + '9f8e2d7c6b5a40312e4f6a8b9c0d1e7f'],
  [
    'twitter-bearer',
    'A'.repeat(21) +
      'MLheAAAAAAA0%2BuSeid%2BULvsea4JtiGRiSDSJSI%3DEUifiRBkKG5E2XzMDjRfl76ZC9Ub0wnz4XsNiRVBChTYbJcE3F',
  ],
  ['sourcegraph-token', 'sgp_local_' + 'd7dfFD43cF2503B1da673EB560aAa3e80f16FA42'],
  ['adobe-client-secret', 'p8e-' + 'e4a5b457f3cd249868481bf13008dff4'],
  ['vault-token', 'hvs.' + 'CAESIJq8Zr3LwT0vBn5YxK1mPdH7cJ9f'],
  [
    'jwt',
    'eyJhbGciOiJIUzI1NiJ9.' +
      'eyJzdWIiOiI4NDciLCJuYW1lIjoiSiJ9.' +
      'q8Zr3LwT0vBn5YxK1mPdH7cJ9fGsA2eRuI4oXyC6tVb',
  ],
];

it.each(TOKENS)('finds %s', (name, value) => {
  expect(found(`use ${value}, please`)).toEqual([`secret.${name} ${value}`]);
  expect(found(`{"a":"${value}"}`)).toEqual([`secret.${name} ${value}`]);
});

it.each([
  ['connection-string', 'postgres://app:s3cr3t99@db.internal/x', 's3cr3t99'],
  ['connection-string', 'https://bot:Tr0ub4dor@git.test/repo', 'Tr0ub4dor'],
  ['connection-string', 'redis://:p4ssXw0rd@cache:6379', 'p4ssXw0rd'],
  ['authorization-header', 'Authorization: Bearer q8Zr3LwT0vBn5YxK1mPd', 'q8Zr3LwT0vBn5YxK1mPd'],
  ['curl-user', "curl -X POST -u 'johns:h0pk1ns~21s' https://x.test", 'h0pk1ns~21s'],
  ['curl-user', "curl --user kevin:'pRf7vG2h1L8n' -iX PATCH https://x.test", 'pRf7vG2h1L8n'],
  ['curl-user', 'curl https://x.test/token \\\n  --user c28wlsos:qgsnai0xokr --data a=b', 'qgsnai0xokr'],
  ['quoted-secret', 'client_secret = "q8Zr3L&wT0?vBn5:YxK1"', 'q8Zr3L&wT0?vBn5:YxK1'],
  [
    'twitter-token',
    'var twitterToken string = "12288492070597581431-PsOLlMbIIY9Ode41eJoJiuHnkNJgwP"',
    '12288492070597581431-PsOLlMbIIY9Ode41eJoJiuHnkNJgwP',
  ],
  ['dropbox-key', 'DROPBOX_SECRET=q8zr3lw0vbn5yxk', 'q8zr3lw0vbn5yxk'],
  ['sidekiq-credentials', 'export BUNDLE_GEMS__CONTRIBSYS__COM="4d499e94:efff84dc"', '4d499e94:efff84dc'],
  ['finnhub-token', 'var finnhubToken string = "cyjdowy99h9l32ja0w9e"', 'cyjdowy99h9l32ja0w9e'],
  ['assigned-password', 'DB_PASSWORD=Xy7$kk92', 'Xy7$kk92'],
  ['assigned-password', 'the password is Xy7$kk92', 'Xy7$kk92'],
  ['assigned-secret', 'service_token: "q8Zr3LwT0vBn5YxK1mPd"', 'q8Zr3LwT0vBn5YxK1mPd'],
  [
    'aws-secret-access-key',
    'aws_secret_access_key = q8Zr3LwT0vBn5YxK1mPdH7cJ9fGsA2eRuI4oXyC6',
    'q8Zr3LwT0vBn5YxK1mPdH7cJ9fGsA2eRuI4oXyC6',
  ],
])('finds %s in %s', (name, text, value) => {
  expect(found(text)).toEqual([`secret.${name} ${value}`]);
});

it.each([
  'password = os.environ["PG_PASS_1"]',
  "password: process.env['PG_PASS_1'],",
  'password: process.env.PG_PASS_1',
  'api_key = os.getenv("STRIPE_KEY_2024")',
  'apiKey: import.meta.env.VITE_API_KEY_2',
  'client_secret = settings.OAUTH_SECRET_V2',
  'PASSWORD=${PG_PASS_1}',
  'PASSWORD=$PG_PASS_1',
  'set PASSWORD=%PG_PASS_1%',
  '$password = $env:PG_PASS_1',
  'db_password = var.pg_password_1',
  'password: {{ .Values.pg.password1 }}',
  'PASSWORD: ${{ secrets.PG_PASS_1 }}',
  'password := viper.GetString("pg.password1")',
  'password: vault:kv/data/pg#pass1',
  'password: <the-password-of-step-2>',
  'password: your_password_here',
  'password: my-strong-password1',
  'password: PG_PASSWORD_1',
  'password: enter_password_1',
])('lets what reads a secret or stands for one pass: %s', (text) => {
  expect(found(text)).toEqual([]);
});

describe('private keys', () => {
  it.each([
    'PRIVATE KEY',
    'RSA PRIVATE KEY',
    'OPENSSH PRIVATE KEY',
    'ENCRYPTED PRIVATE KEY',
    'PGP PRIVATE KEY BLOCK',
  ])('%s', (label) => {
    const block = `-----BEGIN ${label}-----\n${BODY}-----END ${label}-----`;
    expect(found(`x ${block} y`)).toEqual([`secret.private-key ${block}`]);
    const escaped = block.replaceAll('\n', '\\n');
    expect(found(`"${escaped}"`)).toEqual([`secret.private-key ${escaped}`]);
  });

  it('costs one pass however many headers there are', () => {
    const headers = '-----BEGIN PRIVATE KEY-----\n'.repeat(40_000);
    expect(detector.scan(headers)).toEqual([]);
  });

  it('holds a block until its footer', () => {
    const block = `-----BEGIN PRIVATE KEY-----\n${BODY}-----END PRIVATE KEY-----`;
    for (let end = 1; end < block.length; end += 13)
      expect(detector.hold(`text ${block.slice(0, end)}`)).toBeLessThanOrEqual(5);
    expect(detector.hold(`text ${block} `)).toBe(block.length + 6);
  });

  it('lets a block without footer end at the limit, and a mention at once when no key follows', () => {
    const endless = `-----BEGIN PRIVATE KEY-----\n${'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj\n'.repeat(400)} `;
    expect(detector.scan(endless)[0]?.end).toBe(8192);
    expect(detector.hold(endless)).toBeGreaterThan(0);
    expect(detector.hold(`-----BEGIN PRIVATE KEY----- ${'no key follows. '.repeat(40)}`)).toBeGreaterThan(0);
  });
});

it('has rules with ids of their own', () => {
  const names = SECRET_RULES.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(120);
  expect(names.filter((name) => !/^[a-z0-9-]+$/.test(name))).toEqual([]);
});
