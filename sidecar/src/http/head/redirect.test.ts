import { redirectOf } from './redirect.ts';

describe('a redirect of the model server', () => {
  it.each([
    ['another host', 'http://evil.example/v1/chat/completions', 'evil.example'],
    ['another port', 'http://model:9000/v1', 'model:9000'],
    ['a host without a scheme', '//evil.example/v1', 'evil.example'],
    ['a host behind backslashes', '\\\\evil.example/v1', 'evil.example'],
    ['a host behind a tab', '/\t/evil.example/v1', 'evil.example'],
    ['a path that reads as a host', 'http://model//evil.example/', 'model'],
    ['a user in front of the host', 'http://model@evil.example/', 'evil.example'],
    ['a user at the host', 'http://user@model/', 'model'],
    ['another scheme', 'data:text/plain,x', null],
    ['no address', 'http://[', null],
  ])('%s leads elsewhere', (_name, location, host) => {
    expect(redirectOf(307, [location], ['model', '127.0.0.1:8000'])).toEqual({ kind: 'elsewhere', host });
  });

  it('two of them lead elsewhere', () => {
    expect(redirectOf(302, ['/a', '/b'], ['model'])).toEqual({ kind: 'elsewhere', host: null });
  });

  it.each([
    ['/docs/', '/docs/'],
    ['docs/', 'docs/'],
    ['?page=2', '?page=2'],
    ['http://model/docs/?a=b#c', '/docs/?a=b#c'],
    ['https://MODEL:443/docs/', '/docs/'],
    ['http://127.0.0.1:8000/docs', '/docs'],
  ])('%s comes back as %s', (location, expected) => {
    expect(redirectOf(308, [location], ['model:80', '127.0.0.1:8000'])).toEqual({
      kind: 'own',
      location: expected,
    });
  });

  it.each([[200], [201], [404]])('%d is no redirect', (status) => {
    expect(redirectOf(status, ['http://evil.example/'], ['model'])).toEqual({ kind: 'none' });
  });
});
