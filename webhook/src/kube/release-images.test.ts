import { ReleaseImages } from './release-images.ts';
import type { Rest } from './rest.ts';

function replicaSet(name: string, args: readonly string[], replicas: number | null = 2): object {
  return {
    metadata: { name, namespace: 'sys', resourceVersion: name },
    spec: { ...(replicas === null ? {} : { replicas }), template: { spec: { containers: [{ args }] } } },
  };
}

/** Lists once; the watch stays open until it is stopped. */
function serving(items: readonly object[]): Rest {
  const rest: Pick<Rest, 'send' | 'watch'> = {
    send: () => Promise.resolve({ metadata: { resourceVersion: '1' }, items }),
    watch: (_path, _onLine, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
  };
  return rest as Rest;
}

async function listed(...items: readonly object[]): Promise<readonly string[]> {
  const images = new ReleaseImages(serving(items), 'sys', (error) => {
    throw error;
  });
  images.start();
  await new Promise((resolve) => setImmediate(resolve));
  const all = images.all();
  await images.stop();
  return all;
}

describe('ReleaseImages', () => {
  it.each([
    ['has no replicas', replicaSet('a', ['--sidecar-image=old:1'], 0), []],
    ['names no image', replicaSet('a', ['--listen=[::]:8443']), []],
    ['is no ReplicaSet', { metadata: { name: 'a', resourceVersion: '1' }, spec: {} }, []],
    ['names one', replicaSet('a', ['--sidecar-image=old:1']), ['old:1']],
    ['says nothing of its replicas', replicaSet('a', ['--sidecar-image=old:1'], null), ['old:1']],
  ])('one that %s', async (_name, item, expected) => {
    expect(await listed(item)).toEqual(expected);
  });

  it('of both releases while one takes the place of the other, each once', async () => {
    const [old, next, same] = ['old:1', 'new:2', 'new:2'].map((image, at) =>
      replicaSet(`set-${at}`, [`--sidecar-image=${image}`]),
    );
    expect(await listed(old ?? {}, next ?? {}, same ?? {})).toEqual(['old:1', 'new:2']);
  });
});
