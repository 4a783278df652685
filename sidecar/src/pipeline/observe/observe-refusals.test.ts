import { readFileSync } from 'node:fs';

import { dial, talk, text } from '../../listeners/test-kit.ts';
import { REFUSED_IN_OBSERVE_MODE } from '../context/observe.ts';
import { Live, policyOf } from '../test-kit.ts';
import { CHAT } from '../testing/samples.ts';
import { JSON_HEAD } from '../testing/wire.ts';

const BODY = JSON.stringify(CHAT.request('Hello.'));
const ASK = `POST ${CHAT.path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

type Code = keyof typeof REFUSED_IN_OBSERVE_MODE;

interface Row {
  readonly code: Exclude<Code, 'host_not_allowed' | 'limit_exceeded'>;
  readonly name: string;
  readonly request?: string;
  /** What the server answers; null: it closes the connection. */
  readonly reply?: string | null;
  readonly status: number;
  readonly change?: (live: Live) => void;
}

const rows: readonly Row[] = [
  {
    code: 'request_malformed',
    name: 'two lengths',
    request: ASK.replace('Content-Length', 'Content-Length: 1\r\nContent-Length'),
    status: 400,
  },
  { code: 'request_malformed', name: 'no host', request: 'GET / HTTP/1.1\r\n\r\n', status: 400 },
  { code: 'request_malformed', name: 'HTTP/2', request: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 505 },
  { code: 'response_malformed', name: 'a reply that is no HTTP', reply: 'SSH-2.0-OpenSSH\r\n', status: 502 },
  {
    code: 'response_malformed',
    name: 'a head that is none',
    reply: 'HTTP/1.1 200 OK\r\nX A: 1\r\n\r\n',
    status: 502,
  },
  { code: 'upstream_unavailable', name: 'no reply', reply: null, status: 502 },
  { code: 'upstream_unavailable', name: 'half a head', reply: 'HTTP/1.1 200 OK\r\nX', status: 502 },
  {
    code: 'audit_unavailable',
    name: 'no record',
    status: 503,
    change: (live) => (live.ledger.fails = () => true),
  },
  { code: 'policy_unavailable', name: 'no policy', status: 503, change: (live) => (live.policy = null) },
];

describe('refusals under an observing policy', () => {
  it.each(rows.map((row) => [row.code, row.name, row] as const))('%s: %s', async (code, _name, row) => {
    const live = await new Live({ policy: policyOf('mode: observe') }).start();
    row.change?.(live);
    live.answer = (request, { socket }) => {
      request.resume().once('end', () => socket?.end(row.reply ?? '', 'latin1'));
    };
    const reply = await talk(live.port, row.request ?? ASK);
    expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${row.status} `));
    expect(reply).toContain(code);
    await live.close();
  });

  it('matches the table in the guide', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/operate.md', import.meta.url), 'utf8');
    const section =
      /## What observe mode still refuses\n(?:[^]*?)\n\| code[^\n]*\n[^\n]*\n((?:\|[^\n]*\n)+)/.exec(
        guide,
      )?.[1] ?? '';
    const told = [...section.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, code, what]) => [code, what]);
    expect(told).toEqual(Object.entries(REFUSED_IN_OBSERVE_MODE));
  });

  it('cuts a reply where the server did, once its head is out', async () => {
    const live = await new Live({ policy: policyOf('mode: observe') }).start();
    live.answer = (_request, { socket }) =>
      void socket?.end(`${JSON_HEAD}Content-Length: 9\r\n\r\n{`, 'latin1');
    const client = dial(live.port);
    client.write(ASK);
    expect(await text(client)).toMatch(/\r\n\r\n\{$/);
    await live.close();
  });
});
