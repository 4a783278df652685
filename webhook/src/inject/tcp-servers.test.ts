import { serversNamedBy, unreadConnections } from './tcp-servers.ts';

function named(name: string, value: string, port?: string): readonly string[] {
  const beside = port === undefined ? [] : [{ name: name.replace('HOST', 'PORT'), value: port }];
  return serversNamedBy([{ name, value }, ...beside]).map((server) => `${server.host}:${server.port}`);
}

describe('serversNamedBy', () => {
  it.each([
    ['the URL of an HTTP server', 'API', 'http://api.svc:8080'],
    ['a path', 'TRACES', 'http://otel:4318/v1/traces'],
    ['TLS to a port of gRPC', 'OTEL', 'https://otel:4317'],
    ['the pod itself', 'REDIS_URL', 'redis://localhost:6379'],
    ['a sentence', 'NOTE', 'see redis:6379 for more'],
    ['a host of no known product', 'WEB_HOST', 'web.example.com'],
    ['an address', 'REDIS_HOST', '10.0.0.1'],
    ['nothing', 'REDIS_HOST', ''],
    ['a list without a server', 'A', ',,'],
  ])('%s: none', (_what, name, value) => {
    expect(named(name, value)).toEqual([]);
  });

  it.each([
    ['OTEL', 'http://otel:4317', ['otel:4317']],
    ['DB', 'postgresql+asyncpg://u:p@Db.svc:5432/x', ['db.svc:5432']],
    ['BROKERS', 'a:9092, b:9092', ['a:9092', 'b:9092']],
    ['REDIS_HOST', 'cache', ['cache:6379']],
    ['SMTP_HOSTNAME', 'smtp.example.com', ['smtp.example.com:587']],
  ])('%s=%s', (name, value, expected) => {
    expect(named(name, value)).toEqual(expected);
  });

  it('a port beside the host decides', () => {
    expect(named('DB_HOST', 'db', '5432')).toEqual(['db:5432']);
    expect(named('DB_HOST', 'db', '8080')).toEqual([]);
    expect(named('MYSQL_HOST', 'db', '13306')).toEqual(['db:13306']);
    expect(named('MYSQL_HOST', 'db', 'none')).toEqual([]);
  });
});

describe('unreadConnections', () => {
  it.each(['DATABASE_URL', 'AIRFLOW__DATABASE__SQL_ALCHEMY_CONN', 'PG_CONNECTION_STRING', 'APP_REDIS_URL'])(
    '%s from a Secret',
    (name) => {
      expect(unreadConnections([{ name, valueFrom: { secretKeyRef: {} } }])).toEqual([name]);
      expect(unreadConnections([{ name, value: 'x' }])).toEqual([]);
    },
  );

  it.each(['OPENAI_API_KEY', 'WEBHOOK_URL', `${'_DB'.repeat(100_000)}_URL`])('not %s', (name) => {
    expect(unreadConnections([{ name, valueFrom: {} }])).toEqual([]);
  });
});
