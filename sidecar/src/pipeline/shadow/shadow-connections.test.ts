import { once } from 'node:events';
import type { LookupFunction } from 'node:net';

import { dial, text } from '../../listeners/test-kit.ts';
import { InboundConnections } from '../connections/inbound-connections.ts';
import type { Opening } from '../connections/opening-rules.ts';
import { OutboundConnections } from '../connections/outbound-connections.ts';
import { shadowed, type Shadowed } from './testing/shadowed.ts';

const SAME = 'same none none';
const REFUSED = 'would_refuse action host_not_allowed';
const ALLOWED = 'would_allow action host_not_allowed';
const UNREAD = 'skipped none unread';

const ADDRESSES: Readonly<Record<string, string>> = {
  'db.svc': '10.0.0.1',
  'a.svc': '10.0.0.2',
  'b.svc': '10.0.0.3',
};
const lookup: LookupFunction = (name, _options, callback) =>
  callback(null, [{ address: ADDRESSES[name] ?? '', family: 4 }]);

function tls(name: string, port = 443): Opening {
  return { protocol: 'tls', name, fault: null, dialled: { address: '10.0.0.9', port } };
}

function raw(address: string, port: number, fault: Opening['fault'] = 'not_http'): Opening {
  return { protocol: 'tcp', name: null, fault, dialled: { address, port } };
}

const NONE = '';
const HOST = 'action: { hosts: [api.svc] }';
const DB = 'action: { tcp: [{ host: db.svc, port: 5432 }] }';
const TWO = 'action: { tcp: [{ host: a.svc, port: 5432 }, { host: b.svc, port: 5432 }] }';

/** As the outbound listener asks: for a server that may speak first before anything is read. */
async function connected(rig: Shadowed, opening: Opening): Promise<boolean> {
  const connections = new OutboundConnections(rig.live.boundary, lookup);
  const { dialled } = opening;
  const server = typeof dialled === 'string' ? null : await connections.serverAt(dialled);
  return (await (server === null ? connections.admit(opening) : connections.admitServer(server))) !== null;
}

describe('a connection that is not inspected, under a shadow', () => {
  it.each<readonly [string, string, string, readonly [Opening, boolean], string]>([
    ['TLS to a host that the shadow does not list', HOST, NONE, [tls('api.svc'), true], REFUSED],
    ['TLS to a host that it lists on another port', HOST, HOST, [tls('api.svc', 8443), false], SAME],
    ['TLS to a host that both list', HOST, HOST, [tls('api.svc'), true], SAME],
    ['TLS to a host that the shadow alone lists', NONE, HOST, [tls('api.svc'), false], ALLOWED],
    ['TLS that the shadow would only note', HOST, 'mode: observe', [tls('api.svc'), true], SAME],
    ['a database that the shadow does not list', DB, NONE, [raw('10.0.0.1', 5432), true], REFUSED],
    ['a database that the shadow alone lists', NONE, DB, [raw('10.0.0.1', 5432, 'silent'), false], ALLOWED],
    ['a database that both list', DB, DB, [raw('10.0.0.1', 5432), true], SAME],
    [
      'one of two servers that the shadow lists on its port',
      NONE,
      TWO,
      [raw('10.0.0.3', 5432), false],
      ALLOWED,
    ],
    [
      'none of two servers that the shadow lists on its port',
      DB,
      TWO,
      [raw('10.0.0.1', 5432), true],
      REFUSED,
    ],
    [
      'a database that the shadow lists as a host: what the client would have sent first is not known',
      DB,
      'action: { hosts: ["db.svc:5432"] }',
      [raw('10.0.0.1', 5432), true],
      UNREAD,
    ],
    [
      'a destination that no policy allows',
      NONE,
      'action: { hosts: ["*"] }',
      [{ ...tls('api.svc'), dialled: 'unknown' }, false],
      SAME,
    ],
  ])('%s', (_, live, shadow, [opening, passes], expected) =>
    shadowed({ live, shadow, host: 'model.svc' }, async (rig) => {
      expect(await connected(rig, opening)).toBe(passes);
      await rig.until(1);
      expect(rig.judged).toEqual([expected]);
    }),
  );

  it('has a line with its id and the rule of the shadow', () =>
    shadowed({ live: HOST, shadow: NONE, host: 'model.svc' }, async (rig) => {
      await connected(rig, tls('api.svc'));
      await rig.until(1);
      await rig.shadow.close();
      const [begun] = rig.live.ledger.decisions;
      expect(rig.lines.map(({ kind }) => kind)).toEqual(['shadow', 'shadow_tally']);
      expect(rig.lines[0]?.fields).toMatchObject({
        ...{ change: 'would_refuse', direction: 'outbound', dialect: 'opaque', exchange: begun?.exchange },
        ...{ verdict: 'block', code: 'host_not_allowed', live: { verdict: 'pass', code: null } },
        hits: [{ rule: 'host.not-listed', mode: 'enforce' }],
      });
    }));

  it.each([
    [
      'that the shadow does not list',
      'endpoints: { tcp: [9000] }',
      '',
      'would_refuse ingress endpoint_not_allowed',
    ],
    [
      'that the shadow alone lists',
      '',
      'endpoints: { tcp: [9000] }',
      'would_allow ingress endpoint_not_allowed',
    ],
  ])('to a port of the pod %s', (_, live, shadow, expected) =>
    shadowed({ live, shadow }, async (rig) => {
      const target = { host: '127.0.0.1', port: 9000, address: null, admitsHttp: false };
      await new InboundConnections(rig.live.boundary).admit(target, '10.0.0.5');
      await rig.until(1);
      expect(rig.judged).toEqual([expected]);
    }),
  );
});

const CALLERS = 'callers: { require: true, serviceAccounts: [{ audience: bot }] }';

describe('a WebSocket under a shadow', () => {
  it.each([
    [
      'that the shadow does not list',
      'endpoints: { upgrade: ["/ws"] }',
      '',
      'would_refuse ingress endpoint_not_allowed',
    ],
    [
      'that the shadow alone lists',
      '',
      'endpoints: { upgrade: ["/ws"] }',
      'would_allow ingress endpoint_not_allowed',
    ],
    ['that both list', 'endpoints: { upgrade: ["/ws"] }', 'endpoints: { upgrade: ["/*"] }', SAME],
    [
      'of a caller that the shadow must verify',
      'endpoints: { upgrade: ["/ws"] }',
      `endpoints: { upgrade: ["/ws"] }\n${CALLERS}`,
      'would_refuse ingress caller_not_verified',
    ],
  ])('%s', (_, live, shadow, expected) =>
    shadowed({ live, shadow }, async (rig) => {
      const client = dial(rig.live.port);
      const got = text(client);
      client.write('GET /ws HTTP/1.1\r\nHost: m\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
      await once(client, 'close');
      await got;
      await rig.until(1);
      expect(rig.judged).toEqual([expected]);
    }),
  );
});
