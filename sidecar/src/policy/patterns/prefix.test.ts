import { compilePrefixes } from './prefix.ts';

describe('compilePrefixes', () => {
  it.each<[string, readonly string[][], string]>([
    ['no list', [], '/openai/v1/chat/completions'],
    ['another case', [['/openai']], '/OpenAI/v1/chat/completions'],
    ['the beginning of a segment', [['/open']], '/openai/v1'],
    ['nothing behind it', [['/openai']], '/openai'],
    ['an escape in it', [['/openai']], '/open%61i/v1'],
    ['a point that is any character', [['/a.b']], '/axb/v1'],
    ['a model over two segments', [['/d/{model}']], '/d/a%2Fb/v1'],
    ['a prefix in the middle', [['/openai']], '/x/openai/v1'],
    ['a list that lacks it', [['/a', '/b'], ['/b']], '/a/v1'],
  ])('finds none: %s', (_name, lists, path) => {
    expect(compilePrefixes(lists).agreed(path)).toEqual([]);
  });

  it("opens the workload's own prefixes to its own server alone, behind those of the policy", () => {
    const path = '/openai/deployments/gpt/chat/completions';
    const { agreed, inbound, listed } = compilePrefixes(
      [['builtin'], ['/team', 'builtin']],
      ['/mine', path.slice(0, 23)],
    );
    const plain = { path: '/chat/completions', model: null };
    expect([inbound('/mine/v1'), agreed('/mine/v1')]).toEqual([[{ path: '/v1', model: null }], []]);
    expect(listed('/mine/v1')).toEqual([{ path: '/v1', model: null }]);
    expect(inbound('/team/v1')).toEqual([]);
    expect(inbound(path).slice(0, 1)).toEqual([{ ...plain, model: 'gpt' }]);
    expect(inbound(path)).toContainEqual(plain);
  });

  it('knows which prefixes any list has', () => {
    expect(compilePrefixes([['/a', '/b'], ['/b']]).listed('/a/v1')).toEqual([{ path: '/v1', model: null }]);
  });

  it.each<[string, readonly string[][], string, readonly object[]]>([
    ['exact', [['/openai']], '/openai/v1/x', [{ path: '/v1/x', model: null }]],
    ['in every list', [['/a', 'builtin'], ['builtin']], '/openai/x', [{ path: '/x', model: null }]],
    [
      'the longest first',
      [['builtin']],
      '/openai/deployments/gpt-4o/chat/completions',
      [
        { path: '/chat/completions', model: 'gpt-4o' },
        { path: '/deployments/gpt-4o/chat/completions', model: null },
      ],
    ],
  ])('takes it off: %s', (_name, lists, path, expected) => {
    expect(compilePrefixes(lists).agreed(path)).toEqual(expected);
  });
});
