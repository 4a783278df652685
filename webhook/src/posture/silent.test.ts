import { KubeError } from '../kube/rest.ts';
import { askForSilence, isSilent, silenceText, silentPath } from './silent.ts';

const POD = {
  namespace: 'chat',
  name: 'agent-0',
  uid: 'u',
  reason: 'no_head',
  log: 'chat/agent-0/chain/1',
  size: 12,
  sinceMs: 0,
};

function failing(status: number, message: string): () => Promise<unknown> {
  return () => Promise.reject(new KubeError(status, message));
}

describe('silent pods of the anchor', () => {
  it.each<[string, () => Promise<unknown>, string, boolean, RegExp]>([
    ['no anchor', failing(404, 'services not found'), 'absent', false, /^$/],
    [
      'not allowed to ask',
      failing(403, '403: no'),
      'unavailable',
      true,
      /not get services\/proxy in the namespace system \(kubectl auth can-i get services --subresource/,
    ],
    ['no answer', failing(0, 'ECONNREFUSED'), 'unavailable', true, /unknown.*ECONNREFUSED/],
    ['another page', () => Promise.resolve({ kind: 'Status' }), 'unavailable', true, /not a list/],
    [
      'an unknown reason',
      () => Promise.resolve({ v: 1, pods: [{ ...POD, reason: 'tired' }] }),
      'unavailable',
      true,
      /not a list/,
    ],
    ['every pod is heard', () => Promise.resolve({ v: 1, pods: [] }), 'answered', false, /^0 silent pods/],
    [
      'one is silent',
      () => Promise.resolve({ v: 1, pods: [POD] }),
      'answered',
      true,
      /^1 silent pods.*\n {2}chat\/agent-0: no_head, .*; since 1970-01-01T00:00:00\.000Z\n$/,
    ],
  ])('%s', async (_name, send, anchor, silent, text) => {
    const asked: string[] = [];
    const silence = await askForSilence('system', (path) => {
      asked.push(path);
      return send();
    });
    expect(asked).toEqual([silentPath('system')]);
    expect(silence.anchor).toBe(anchor);
    expect(isSilent(silence)).toBe(silent);
    expect(silenceText(silence)).toMatch(text);
  });
});
