import { dialectOfPath, fallbackDialect, findDialect, looksLike } from './registry.ts';

function post(path: string, query = ''): { method: string; path: string; query: string } {
  return {
    method: 'POST',
    path,
    query,
  };
}

describe('findDialect under a prefix', () => {
  function unprefixed(path: string): readonly { readonly path: string; readonly model: string | null }[] {
    const [, model = null, rest] = /^\/openai(?:\/deployments\/(\w+))?(\/.*)$/.exec(path) ?? [];
    return rest === undefined ? [] : [{ path: rest, model }];
  }
  const chat = { messages: [{ role: 'user', content: 'hi' }] };

  it('reads the route as the plain one', () => {
    const found = findDialect(post('/openai/v1/chat/completions'), unprefixed);
    expect(found?.dialect.id).toBe('openai-chat');
    expect(found?.dialect.prompt({ ...chat, model: 'a' }, found.match).model).toBe('a');
  });

  it.each(['/openai', '/openai/v1/models', '/x/openai/v1/chat/completions'])(
    'knows nothing at %s',
    (path) => {
      expect(findDialect(post(path), unprefixed)).toBeNull();
      expect(looksLike(post(path), unprefixed)).toBe(false);
    },
  );

  it.each(['/OpenAI/v1/chat/completions', '/openai//v1/chat/completions', '/%6fpenai/v1/chat/completions'])(
    'knows a variant spelling: %s',
    (path) => {
      expect(findDialect(post(path), unprefixed)).toBeNull();
      expect(looksLike(post(path), unprefixed)).toBe(true);
    },
  );

  it.each<[string, string | null, readonly string[]]>([
    ['no model', null, []],
    ['the same model', 'b', []],
    ['another model', 'a', ['a']],
  ])('takes the model of the path, and asks about that of a body with %s', (_name, model, alternatives) => {
    const found = findDialect(post('/openai/deployments/b/chat/completions'), unprefixed);
    expect(found?.dialect.prompt(model === null ? chat : { ...chat, model }, found.match)).toMatchObject({
      model: 'b',
      alternatives,
    });
  });
});

describe('findDialect', () => {
  it.each([
    '',
    '*',
    '/v1',
    '/v1/models',
    '/v1/chat',
    '/v1/chat/completions/',
    '/v1/chat/completions/abc',
    '//v1/chat/completions',
    '/V1/chat/completions',
    '/v1/Chat/Completions',
    '/v2/chat/completions',
    '/v1/v1/chat/completions',
    'v1/chat/completions',
    '/v1/chat/completions%20',
    '/v1/chat/completions?',
  ])('knows no dialect for POST %s', (path) => {
    expect(findDialect(post(path))).toBeNull();
  });

  it.each(['GET', 'PUT', 'post', 'HEAD', ''])('knows no dialect for %s /v1/chat/completions', (method) => {
    expect(findDialect({ ...post('/v1/chat/completions'), method })).toBeNull();
  });

  it.each([
    ['/v1/chat/completions', 'openai-chat'],
    ['/chat/completions', 'openai-chat'],
    ['/v1/completions', 'openai-completions'],
    ['/completions', 'openai-completions'],
    ['/v1/responses', 'openai-responses'],
    ['/responses', 'openai-responses'],
    ['/v1/embeddings', 'openai-embeddings'],
    ['/embeddings', 'openai-embeddings'],
    ['/v1/messages', 'anthropic-messages'],
    ['/messages', 'anthropic-messages'],
    ['/messages/count_tokens', 'anthropic-messages'],
    ['/api/chat', 'ollama-chat'],
    ['/api/generate', 'ollama-generate'],
    ['/v1beta/models/gemini-2.5-flash:generateContent', 'gemini'],
  ])('POST %s is %s', (path, id) => {
    expect(findDialect(post(path))?.dialect.id).toBe(id);
    expect(looksLike(post(path))).toBe(false);
  });

  it('has words for routes of no dialect', () => {
    const refusal = {
      code: 'endpoint_not_allowed',
      decision: 'd',
      detail: null,
      retryAfterSeconds: null,
    } as const;
    expect(fallbackDialect.refuse(refusal).status).toBe(404);
  });
});

describe('dialectOfPath', () => {
  it.each([
    ['/api/tags', 'ollama-chat'],
    ['/api/pull', 'ollama-chat'],
    ['/API/Chat/', 'ollama-chat'],
    ['/api/v1/credits', 'openai-chat'],
    ['/v1/messages/batches', 'anthropic-messages'],
    ['/v1/messages/', 'anthropic-messages'],
    ['/messages/batches/x', 'anthropic-messages'],
    ['/anthropic/v1/complete', 'anthropic-messages'],
    ['/v1/messageswap', 'openai-chat'],
    ['/v1beta/models', 'gemini'],
    ['/v1beta/cachedContents', 'gemini'],
    ['/upload/v1beta/files', 'gemini'],
    ['/v1/models/m:predict', 'gemini'],
    ['/v1/projects/p/locations/l', 'gemini'],
    ['/v1/models', 'openai-chat'],
    ['/', 'openai-chat'],
    ['', 'openai-chat'],
  ])('%s is refused in the words of %s', (path, id) => {
    expect(dialectOfPath(path).id).toBe(id);
  });
});

describe('looksLike', () => {
  it.each([
    '/v1/chat/completions/',
    '/v1/chat/completions//',
    '//v1/chat/completions',
    '/v1//chat/completions',
    '/V1/Chat/COMPLETIONS',
    '/v1/./chat/completions',
    '/v1/x/../chat/completions',
    '/x/../../v1/chat/completions',
    '/v1/chat/completions/.',
    '/v1/chat/completions/x/..',
    '/v1/%63hat/completions',
    '/v1/%2563hat/completions',
    '/v1/chat%2Fcompletions',
    '/v1/x%2f..%2fchat/completions',
    '/v1/chat/completions%20',
    '/v1/chat/completions%00',
    '/v1/chat/completions%3fx',
    '/v1/chat/completions#x',
    '/v1\\chat\\completions',
    '/v1/%5c/chat/completions',
    '/v1/chat;v=1/completions',
    '/v1/chat/completions;jsessionid=1',
    '/v1/..;/v1/chat/completions',
    '/API/Generate',
    '//',
    '/../..',
    '/v1/messages/',
    '/v1beta/models/gemini-2.5-flash%3AgenerateContent',
    '/v1beta/models/gemini-2.5-flash:GENERATECONTENT',
    '/v1beta//models/gemini-2.5-flash:streamGenerateContent',
  ])('takes %s for a variant', (path) => {
    expect(findDialect(post(path))).toBeNull();
    expect(looksLike(post(path))).toBe(true);
  });

  it.each(['PUT', 'PATCH', 'QUERY', 'post'])('takes %s /v1/chat/completions for a variant', (method) => {
    expect(looksLike({ ...post('/v1/chat/completions'), method })).toBe(true);
  });

  it.each([
    ['GET', '/v1/chat/completions'],
    ['OPTIONS', '/v1/chat/completions'],
    ['POST', '/'],
    ['POST', '/v1/models'],
    ['POST', '/v1/chat/completions/abc'],
    ['POST', '/health'],
    ['POST', '/metrics%'],
    ['POST', '/%zz'],
    ['POST', '%'.repeat(10_000)],
    ['POST', `/${'%25'.repeat(5000)}`],
  ])('does not take %s %.40s for a variant', (method, path) => {
    expect(looksLike({ method, path, query: '' })).toBe(false);
  });
});
