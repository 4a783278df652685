import { targetOf } from './context/target.ts';
import { route } from './route.ts';
import { policyOf } from './test-kit.ts';

const PATHS = 'action: { hosts: [{ host: api.openai.com, paths: ["/v1/chat/completions", "/v1/files*"] }] }';

function routed(policy: string, host: string, url: string): ReturnType<typeof route> {
  const target = targetOf(url, { origin: `https://${host}`, host, direction: 'outbound' });
  return route({ method: 'POST', ...target }, policyOf(policy));
}

describe('action.hosts', () => {
  it.each<[string, string, string, string, RegExp]>([
    [
      'a path that its entry does not list, with the variable that turns traces off',
      PATHS,
      'api.openai.com',
      '/v1/traces/ingest',
      /^action\.hosts lists api\.openai\.com for other paths than "\/v1\/traces\/ingest"; its paths can list it\. This host receives .* of OpenAI Agents SDK, turned off by OPENAI_AGENTS_DISABLE_TRACING=1$/,
    ],
    [
      'an endpoint that its entry does not list',
      PATHS,
      'api.openai.com',
      '/v1/responses?x=1',
      /^action\.hosts lists api\.openai\.com for other paths than "\/v1\/responses"; its paths can list it$/,
    ],
    [
      'a path that cannot be repeated',
      PATHS,
      'api.openai.com',
      `/${'x'.repeat(300)}`,
      /for other paths than this one; its paths can list it$/,
    ],
    [
      'a receiver of traces',
      '',
      'api.smith.langchain.com',
      '/runs/multipart',
      /^api\.smith\.langchain\.com is not in action\.hosts\. This host receives .* of LangSmith, turned off by LANGSMITH_TRACING=false$/,
    ],
    ['another host', '', 'example.com', '/v1/traces', /^example\.com is not in action\.hosts$/],
  ])('refuses %s', (_name, policy, host, url, detail) => {
    expect(routed(policy, host, url)).toMatchObject({
      kind: 'refuse',
      code: 'host_not_allowed',
      detail: expect.stringMatching(detail) as unknown,
    });
  });

  it.each<[string, string, string]>([
    ['inspects', '/v1/chat/completions', 'inspect'],
    ['refuses as an unknown endpoint', '/v1/files', 'refuse'],
  ])('%s what an entry lists: %s', (_does, url, kind) => {
    expect(routed(PATHS, 'api.openai.com', url)).toMatchObject({ kind });
    expect(routed(PATHS, 'api.openai.com', url)).not.toMatchObject({ code: 'host_not_allowed' });
  });

  it('only notes another path where the section observes', () => {
    const policy = PATHS.replace('{ hosts', '{ mode: observe, hosts');
    expect(routed(policy, 'api.openai.com', '/v1/responses')).toMatchObject({
      kind: 'inspect',
      hits: [{ rule: 'host.path-not-listed', mode: 'observe' }],
    });
  });
});
