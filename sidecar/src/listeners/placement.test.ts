import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';

import type { Dialled } from '../forward/destination/destination.ts';
import { Placement } from './placement.ts';
import type { OutboundTarget, TargetFault } from './target.ts';

const DIALLED: Dialled = { address: '10.0.0.5', port: 8080 };
const METADATA: Dialled = { address: '169.254.169.254', port: 80 };

function place(
  host: string | undefined,
  dialled: Dialled,
  observes = true,
): Promise<OutboundTarget | TargetFault> {
  const placement = new Placement({
    find: () => Promise.resolve(dialled),
    rules: () => ({ observes, providers: [], listsAddress: () => false }),
  });
  const socket = Object.defineProperties(new Socket(), {
    localAddress: { value: '127.0.0.1' },
    localPort: { value: 15420 },
  });
  const req = { headers: host === undefined ? {} : { host }, url: '/a?b', socket };
  return new Promise((resolve) => placement.of(req as unknown as IncomingMessage, resolve));
}

describe('where a request goes', () => {
  it.each([
    ['enforced, to an address of the cloud', '169.254.169.254', METADATA, false, 'forbidden_address'],
    ['enforced, to what is no host', 'a b', DIALLED, false, 'host'],
    ['observed, on the sidecar itself', '127.0.0.1:15420', 'direct', true, 'unknown_provider'],
    [
      'observed, to an undialled address of the cloud',
      '169.254.169.254',
      'unknown',
      true,
      'forbidden_address',
    ],
  ] as const)('nowhere: %s', async (_name, host, dialled, observes, fault) => {
    expect(await place(host, dialled, observes)).toBe(fault);
  });

  it.each([
    ['a name', 'a.test', DIALLED, 'http://10.0.0.5:8080', 'a.test'],
    ['a name with a port', 'A.test:80', DIALLED, 'http://10.0.0.5:8080', 'a.test'],
    ['no host', undefined, DIALLED, 'http://10.0.0.5:8080', '10.0.0.5:8080'],
    ['what is no host', '-a_', DIALLED, 'http://10.0.0.5:8080', '10.0.0.5:8080'],
    ['an address of the cloud', '169.254.169.254', METADATA, 'http://169.254.169.254', '169.254.169.254'],
    ['another address', '127.0.0.1:9', METADATA, 'http://169.254.169.254', '127.0.0.1:9'],
    ['IPv6', 'a.test', { address: 'fd00::1', port: 80 }, 'http://[fd00::1]', 'a.test'],
  ] as const)('observed, to whom the client dialled: %s', async (_name, host, dialled, origin, judged) => {
    expect(await place(host, dialled)).toEqual({ origin, host: judged, path: '/a?b', provider: null });
  });

  it('enforced, to whom it names', async () => {
    expect(await place('a.test', DIALLED, false)).toMatchObject({ origin: 'http://a.test' });
  });

  it('observed, to a host that is named where the client dialled the sidecar', async () => {
    expect(await place('a.test', 'direct')).toMatchObject({ origin: 'http://a.test' });
  });
});
