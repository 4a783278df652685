import type { HostEntry } from '../patterns/host-entry.ts';
import { compileHostEntries } from './compile-hosts.ts';

const V1 = { host: 'api.test', paths: ['/v1/*'] };
const CHAT = { host: 'api.test', paths: ['/v1/chat/completions'] };
const BELOW = { host: '*.test:8443', paths: ['/v1/*'] };

describe('hosts with paths', () => {
  it.each<[string, HostEntry[][], string, string, string | null]>([
    ['nothing', [[]], 'api.test', '/v1/x', 'host.not-listed'],
    ['another host', [[V1]], 'evil.test', '/v1/x', 'host.not-listed'],
    ['another port', [[V1]], 'api.test:8443', '/v1/x', 'host.not-listed'],
    ['another path', [[CHAT]], 'api.test', '/v1/traces/ingest', 'host.path-not-listed'],
    [
      'a longer path than the exact one',
      [[CHAT]],
      'api.test',
      '/v1/chat/completions/x',
      'host.path-not-listed',
    ],
    ['another case', [[CHAT]], 'api.test', '/V1/chat/completions', 'host.path-not-listed'],
    ['a path that climbs out', [[V1]], 'api.test', '/v1/../admin', 'host.path-not-listed'],
    ['a path that is escaped', [[V1]], 'api.test', '/v1/%2e%2e/admin', 'host.path-not-listed'],
    ['a doubled slash', [[V1]], 'api.test', '/v1//admin', 'host.path-not-listed'],
    ['what one of two layers lists', [[V1], [CHAT]], 'api.test', '/v1/embeddings', 'host.path-not-listed'],
    [
      'what one layer lists plainly',
      [['api.test'], [CHAT]],
      'api.test',
      '/v1/models',
      'host.path-not-listed',
    ],
    ['a host of one layer', [[V1], ['other.test']], 'api.test', '/v1/x', 'host.not-listed'],
    ['the exact path', [[CHAT]], 'api.test', '/v1/chat/completions', null],
    ['a path below', [[V1]], 'API.test.', '/v1/chat/completions', null],
    ['a name below, on its port', [[BELOW]], 'a.b.test:8443', '/v1/x', null],
    ['one of several entries', [[CHAT, { host: 'api.test', paths: ['/v2/*'] }]], 'api.test', '/v2/x', null],
    ['the paths of two layers', [[V1], [CHAT]], 'api.test', '/v1/chat/completions', null],
    ['a plain entry beside it', [[CHAT, 'api.test']], 'api.test', '/anything', null],
  ])('requests: %s', (_name, lists, host, path, rule) => {
    const refusal = compileHostEntries(lists).refuseRequest(host, path);
    expect(refusal?.rule ?? null).toBe(rule);
  });

  it.each<[string, HostEntry[][], string | null]>([
    ['an entry with paths', [[V1]], 'host.path-not-listed'],
    ['an entry with every path', [[{ host: 'api.test', paths: ['/*'] }]], 'host.path-not-listed'],
    ['a wildcard with paths', [[{ host: '*', paths: ['/*'] }]], 'host.path-not-listed'],
    ['paths in one layer', [['api.test'], [V1]], 'host.path-not-listed'],
    ['another host', [['other.test', { host: 'other.test', paths: ['/*'] }]], 'host.not-listed'],
    ['a plain entry', [['api.test']], null],
    ['a plain entry beside one with paths', [[V1, 'api.test']], null],
  ])('tunnels: %s', (_name, lists, rule) => {
    expect(compileHostEntries(lists).refuseTunnel('api.test')?.rule ?? null).toBe(rule);
  });

  it.each([
    ['api.openai.com', '/v1/traces/ingest', 'OpenAI Agents SDK'],
    ['us.api.openai.com', '/v1/traces/ingest', 'OpenAI Agents SDK'],
    ['api.openai.com', '/v1/files', null],
    ['eu.api.smith.langchain.com', '/runs/multipart', 'LangSmith'],
    ['telemetry.crewai.com:4319', '/v1/traces', 'CrewAI'],
    ['www.comet.com', '/opik/api/v1/private/traces', 'Comet Opik'],
    ['www.comet.com', '/docs', null],
    ['us.i.posthog.com', '/batch/', 'PostHog (mem0, Haystack, Chroma and others)'],
    ['example.com', '/v1/traces', null],
  ])('knows who posts traces to %s%s', (host, path, name) => {
    expect(compileHostEntries([[]]).refuseRequest(host, path)?.receiver?.name ?? null).toBe(name);
  });

  it('knows a receiver also where the path cannot be seen', () => {
    expect(compileHostEntries([[]]).refuseTunnel('api.openai.com')?.receiver?.off).toBe(
      'OPENAI_AGENTS_DISABLE_TRACING=1',
    );
  });
});
