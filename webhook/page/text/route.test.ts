import { path, query, routeOf } from './route.ts';

describe('an address', () => {
  it.each([
    ['#/nowhere', { view: 'lost' }],
    ['#/workload/chat/Deployment', { view: 'lost' }],
    ['#/workload/chat//support', { view: 'lost' }],
    ['#/policy/chat', { view: 'lost' }],
    ['#/decision/', { view: 'lost' }],
    ['#/constructor/a/b/c', { view: 'lost' }],
    ['#/decision/%E0%A4%A', { view: 'decision', id: '%E0%A4%A', at: null }],
    ['#/decisions', { view: 'decisions' }],
    ['#/decision/1?namespace=chat', { view: 'decision', id: '1', at: null }],
    [
      '#/decision/1?namespace=chat&pod=a-0',
      { view: 'decision', id: '1', at: { namespace: 'chat', pod: 'a-0' } },
    ],
    ['', { view: 'start' }],
    ['#/', { view: 'start' }],
    ['#/fleet', { view: 'fleet' }],
    ['#/policy/chat/a?asked=observe', { view: 'policy', namespace: 'chat', name: 'a', asked: 'observe' }],
    ['#/lab?namespace=chat&policy=a', { view: 'lab', namespace: 'chat', policy: 'a' }],
    ['#/audit', { view: 'audit' }],
  ])('%s', (hash, route) => expect(routeOf(hash)).toEqual(route));

  it('names whatever an object is called', () => {
    const [namespace, kind, name] = ['a/b', '?#', 'ü 1%2F'] as const;
    expect(routeOf(`#/workload/${path(namespace, kind, name)}`)).toEqual({
      view: 'workload',
      namespace,
      kind,
      name,
    });
  });

  it('has no members that are null', () => {
    expect(query({ a: null })).toBe('');
    expect(query({ a: '1&2', b: null, c: '' })).toBe('?a=1%262&c=');
  });
});
