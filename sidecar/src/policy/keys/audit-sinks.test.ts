import { audit } from './audit.ts';

function sinksOf(sinks: unknown): unknown {
  return audit.schema.safeParse({ sinks }).data?.sinks;
}

describe('audit.sinks', () => {
  it.each([
    'collector:4318',
    'ftp://collector',
    'https://',
    'https://user:secret@collector',
    'https://collector/?token=secret',
    'https://collector/#logs',
    'https://collector/a b',
    'https://collector:99999',
    'https:\\\\collector',
  ])('refuses %j as an endpoint', (endpoint) => {
    expect(sinksOf([{ otlp: { endpoint } }])).toBeUndefined();
  });

  it.each([
    ['no endpoint', { otlp: {} }],
    ['an unknown key', { otlp: { endpoint: 'https://c', headers: {} } }],
    ['nothing to wait for', { otlp: { endpoint: 'https://c', unsentFor: 0 } }],
    ['another kind', 'kafka'],
  ])('refuses %s', (_, sink) => {
    expect(sinksOf([sink])).toBeUndefined();
  });

  it.each([
    ['https://Collector:443', 'https://collector/v1/logs'],
    ['http://[fd00::1]:4318/', 'http://[fd00::1]:4318/v1/logs'],
    ['https://c/insert/opentelemetry/v1/logs', 'https://c/insert/opentelemetry/v1/logs'],
  ])('reads %j as %j, with bounds that hold where it is required', (endpoint, read) => {
    expect(sinksOf([{ otlp: { endpoint } }])).toEqual([
      {
        otlp: {
          endpoint: read,
          encoding: 'protobuf',
          compression: 'none',
          bodies: false,
          required: false,
          unsentBytes: 64 * 1024 * 1024,
          unsentFor: 300_000,
        },
      },
    ]);
  });
});
