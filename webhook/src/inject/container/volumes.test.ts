import { withOwnVolumes } from './volumes.ts';

function claim(spec: object, metadata?: object) {
  return {
    name: 'llm-boundary-audit',
    ephemeral: { volumeClaimTemplate: { ...(metadata ? { metadata } : {}), spec } },
  };
}

describe('withOwnVolumes', () => {
  const own = claim({ accessModes: ['ReadWriteOnce'] });

  it.each([
    ['another spec', claim({ accessModes: ['ReadWriteMany'] }), own],
    ['labels', claim({ accessModes: ['ReadWriteOnce'] }, { labels: { a: 'b' } }), own],
    [
      'the empty metadata of API servers',
      claim({ accessModes: ['ReadWriteOnce'] }, {}),
      claim({ accessModes: ['ReadWriteOnce'] }, {}),
    ],
    [
      'the empty metadata of older API servers',
      claim({ accessModes: ['ReadWriteOnce'] }, { creationTimestamp: null }),
      claim({ accessModes: ['ReadWriteOnce'] }, { creationTimestamp: null }),
    ],
  ])('of an earlier pass, with %s', (_name, found, expected) => {
    expect(withOwnVolumes([{ name: 'a' }, found], [own])).toEqual([{ name: 'a' }, expected]);
  });
});
