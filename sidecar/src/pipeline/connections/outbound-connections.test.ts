import type { LookupFunction } from 'node:net';

import { ConditionsWatch } from '../../conditions/index.ts';
import type { Decision } from '../../exchange/index.ts';
import { minted } from '../../forward/test-kit.ts';
import { compile, effectivePolicy, type PolicyDocument } from '../../policy/index.ts';
import { policySchema, type PolicyInput } from '../../policy/keys/schema.ts';
import { createLog } from '../../telemetry/log.ts';
import { createTelemetry } from '../../telemetry/metrics.ts';
import type { Opening } from './opening-rules.ts';
import { OutboundConnections } from './outbound-connections.ts';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'db.svc': ['10.0.0.1'],
  'a.svc': ['10.0.0.2', '10.0.0.3'],
  'b.svc': ['10.0.0.4'],
};
const lookup: LookupFunction = (name, _options, callback) => {
  const found = NAMES[name];
  if (found === undefined) callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), []);
  else
    callback(
      null,
      found.map((address) => ({ address, family: 4 })),
    );
};

const TCP: PolicyInput = {
  version: 1,
  action: {
    hosts: [
      'api.svc',
      'api.svc:6443',
      '10.96.0.1',
      { host: 'paths.svc', paths: ['/*'] },
      { host: '10.96.0.2', paths: ['/*'] },
    ],
    tcp: [
      { host: 'db.svc', port: 5432 },
      { host: 'a.svc', port: 6379 },
      { host: 'b.svc', port: 6379 },
      { host: 'gone.svc', port: 6379 },
    ],
  },
};

function setUp(
  input: PolicyInput | null,
  fails = false,
): {
  connections: OutboundConnections;
  decisions: Decision[];
  said: string[];
} {
  const decisions: Decision[] = [];
  const said: string[] = [];
  const document: PolicyDocument | null = input === null ? null : policySchema.parse(input);
  const policy =
    document === null
      ? null
      : compile(effectivePolicy({ workload: document }), {
          name: 'p',
          generation: 1,
          loadedAtMs: 0,
          fingerprints: new Map(),
        });
  const connections = new OutboundConnections(
    {
      policy: { current: () => policy },
      ledger: {
        record: (subject, decision) => {
          decisions.push(decision);
          return fails ? Promise.reject(new Error('disk')) : Promise.resolve(minted(subject));
        },
        healthy: () => true,
        isBacklogged: () => false,
        close: () => Promise.resolve(),
      },
      telemetry: createTelemetry({ process: false }),
      shadow: null,
      conditions: new ConditionsWatch({ clock: () => 0, seesOutbound: true, onBreak: () => undefined }),
      log: createLog('warn', { write: (line) => void said.push(line) }),
    },
    lookup,
  );
  return { connections, decisions, said };
}

function raw(address: string, port: number, change: Partial<Opening> = {}): Opening {
  return {
    protocol: 'tcp',
    name: null,
    fault: 'not_http',
    dialled: { address, port },
    ...change,
  };
}
function tls(name: string, port: number): Opening {
  return {
    protocol: 'tls',
    name,
    fault: null,
    dialled: { address: '10.0.0.9', port },
  };
}

describe('OutboundConnections', () => {
  it.each<[string, Opening, string]>([
    ['an unlisted port', raw('10.0.0.9', 5555), 'tcp.not-listed'],
    ['one of several servers, by no address of theirs', raw('10.0.0.9', 6379), 'tcp.ambiguous'],
    ['an unknown destination', raw('', 0, { dialled: 'unknown' }), 'destination.unknown'],
    ['the sidecar itself', raw('', 0, { dialled: 'direct' }), 'destination.unknown'],
    ['HTTP/2', raw('10.0.0.9', 50051, { fault: 'http2' }), 'tcp.not-listed'],
    ['TLS by a name that is not listed', tls('evil.svc', 443), 'host.not-listed'],
    ['TLS to a host that is listed with paths', tls('paths.svc', 443), 'host.path-not-listed'],
    [
      'TLS without a name, to an address that is listed with paths',
      raw('10.96.0.2', 443, { protocol: 'tls', fault: 'no_name' }),
      'tcp.not-listed',
    ],
    ['TLS by a listed name on another port', tls('api.svc', 8443), 'host.not-listed'],
    ['TLS without a name', raw('10.0.0.9', 443, { protocol: 'tls', fault: 'no_name' }), 'tcp.not-listed'],
    ['an encrypted hello', raw('10.96.0.1', 443, { protocol: 'tls', fault: 'encrypted' }), 'tcp.not-listed'],
    [
      'a hello that never ends',
      raw('10.0.0.1', 5432, { protocol: 'tls', fault: 'timeout' }),
      'tcp.not-listed',
    ],
  ])('refuses %s', async (_name, opening, rule) => {
    const { connections, decisions } = setUp(TCP);
    expect(await connections.admit(opening)).toBeNull();
    expect(decisions).toMatchObject([
      { verdict: 'block', code: 'host_not_allowed', outcome: 'refused', hits: [{ rule, mode: 'enforce' }] },
    ]);
  });

  it.each([
    [
      'paths.svc',
      /which action\.hosts lists for some paths only, and paths cannot be seen in TLS\. Call it over HTTP, at the base path/,
    ],
    [
      'api.openai.com',
      /does not list\. This host receives prompts and replies .* turned off by OPENAI_AGENTS_DISABLE_TRACING=1/,
    ],
  ])('says the way out for TLS to %s', async (name, expected) => {
    const { connections, said } = setUp(TCP);
    await connections.admit(tls(name, 443));
    expect(said.join('')).toMatch(expected);
  });

  it.each<[string, Opening, object]>([
    [
      'the one server of a port, whatever was dialled',
      raw('10.0.0.9', 5432),
      { host: 'db.svc', port: 5432, address: null },
    ],
    [
      'TLS by its name, on its own port',
      tls('api.svc', 6443),
      { host: 'api.svc', port: 6443, address: null },
    ],
    ['TLS by its name', tls('api.svc', 443), { host: 'api.svc', port: 443 }],
    ['TLS to a server of action.tcp', tls('b.svc', 6379), { host: 'b.svc', port: 6379 }],
    ['TLS that was sent to the sidecar itself', { ...tls('api.svc', 0), dialled: 'direct' }, { port: 443 }],
    [
      'TLS without a name, to an address that is listed',
      raw('10.96.0.1', 443, { protocol: 'tls', fault: 'no_name' }),
      { host: '10.96.0.1', port: 443, address: '10.96.0.1' },
    ],
  ])('admits %s', async (_name, opening, target) => {
    const { connections, decisions } = setUp(TCP);
    const admission = await connections.admit(opening);
    expect(admission?.target).toMatchObject(target);
    expect(decisions).toMatchObject([{ kind: 'action', verdict: 'pass', hits: [] }]);
  });

  it.each([
    ['10.0.0.3', 6379, { host: 'a.svc', address: '10.0.0.3' }],
    ['10.0.0.4', 6379, { host: 'b.svc', address: '10.0.0.4' }],
    ['10.0.0.4', 5432, null],
    ['10.0.0.9', 6379, null],
  ])('finds the server at %s:%s', async (address, port, expected) => {
    const found = await setUp(TCP).connections.serverAt({ address, port });
    if (expected === null) expect(found).toBeNull();
    else expect(found).toMatchObject({ ...expected, port, admitsHttp: false });
  });

  it.each<[string, Opening, string | null]>([
    ['an unlisted server', raw('10.0.0.9', 5555), '10.0.0.9'],
    ['TLS without a name', raw('10.0.0.9', 443, { protocol: 'tls', fault: 'no_name' }), '10.0.0.9'],
    ['an encrypted hello', raw('10.0.0.9', 443, { protocol: 'tls', fault: 'encrypted' }), '10.0.0.9'],
    ['the metadata service', raw('169.254.169.254', 5555), '169.254.169.254'],
    ['TLS by its name, wherever that leads', tls('gone.svc', 443), '10.0.0.9'],
    ['a destination that is not known', raw('', 0, { dialled: 'unknown' }), null],
  ])('in observe: %s', async (_name, opening, address) => {
    const { connections, decisions } = setUp({ version: 1, mode: 'observe' });
    const admission = await connections.admit(opening);
    expect(admission?.target.address ?? null).toBe(address);
    expect(decisions[0]?.verdict).toBe(address === null ? 'block' : 'pass');
    if (address !== null) expect(decisions[0]?.hits).toMatchObject([{ mode: 'observe' }]);
  });

  it('forbids addresses where only the section observes, and looks names up', async () => {
    const { connections } = setUp({ version: 1, action: { mode: 'observe' } });
    expect(await connections.admit(raw('169.254.169.254', 5555))).toBeNull();
    expect((await connections.admit(tls('a.svc', 443)))?.target).toMatchObject({
      host: 'a.svc',
      address: null,
    });
  });

  it('records the end with the byte counts, and HTTP as refused', async () => {
    const { connections, decisions } = setUp(TCP);
    const end = { bytesSent: 3, bytesReceived: 4, connected: true, address: '10.0.0.1', spokeHttp: false };
    (await connections.admit(raw('10.0.0.1', 5432)))?.ended(end);
    (await connections.admit(raw('10.0.0.1', 5432)))?.ended({ ...end, spokeHttp: true });
    (await connections.admit(raw('10.0.0.1', 5432)))?.ended({ ...end, connected: false });
    await connections.settled();
    const closes = decisions.filter(({ kind }) => kind === 'close');
    expect(closes).toMatchObject([
      {
        outcome: 'completed',
        connection: { host: 'db.svc', port: 5432, address: '10.0.0.1', bytesSent: 3, bytesReceived: 4 },
      },
      { outcome: 'refused', hits: [{ rule: 'tcp.http' }] },
      { outcome: 'upstream_failed' },
    ]);
  });

  it('joins nothing without a policy, and nothing that cannot be recorded', async () => {
    expect(await setUp(null).connections.admit(tls('api.svc', 443))).toBeNull();
    await expect(setUp(TCP, true).connections.admit(tls('api.svc', 443))).rejects.toThrow('disk');
  });
});
