import { spawnSync } from 'node:child_process';

import { ruleset } from './ruleset.ts';

const inputs = [
  { guarded: [], opaque: [], openTcp: [], openUdp: [], resolvers: [] },
  { guarded: [8000], opaque: [6379], openTcp: [9100], openUdp: [8125], resolvers: ['10.96.0.10'] },
  {
    guarded: [80, 8000, 8001],
    opaque: [5432, 6379],
    openTcp: [],
    openUdp: [],
    resolvers: ['10.96.0.10', 'fd00:10:96::a'],
  },
];

/** A dozen processes start, and each dropped connection takes three seconds. */
const LIMIT_MS = 300_000;

/** nft in a network namespace of its own; null: this machine cannot make one. */
function load(program: string): { readonly status: number | null; readonly stderr: string } | null {
  const can = spawnSync('unshare', ['-rn', 'nft', 'list ruleset']);
  if (can.status !== 0) return null;
  // Twice in one namespace: a restarted init container meets its own table.
  const script =
    'nft "$1" && nft "$1" && nft list table inet llm_boundary | grep -c "skuid 15400 meta skgid 15400 accept"';
  return spawnSync('unshare', ['-rn', 'sh', '-c', script, 'sh', program], { encoding: 'utf8' });
}

/** As some user and group, in the pod's network: `listen PORT` until killed, or `dial PORT`. */
const PROCESS = `
const net = require('node:net');
const [what, port] = process.argv.slice(1);
if (what === 'listen') net.createServer((socket) => socket.end('here')).listen(Number(port), '127.0.0.1', () => console.log('up'));
else {
  const socket = net.connect({ host: '127.0.0.1', port: Number(port), timeout: 3000 });
  const end = (reached) => { console.log(reached); process.exit(); };
  socket.on('data', () => end(true)).on('error', () => end(false)).on('timeout', () => end(false)).on('end', () => end(false));
}`;

/**
 * Real processes under real rules: does a client reach 15410 when it is served by these ids, and do these ids reach 8000? Null: this
 * machine cannot start processes of other users in a network namespace.
 */
function connect(program: string, ids: readonly string[]): Readonly<Record<string, boolean>> | null {
  const script = `
    ip link set lo up && nft "$1" || exit 9
    node=$2; code=$3
    serve() {
      exec setpriv --reuid "\${1%:*}" --regid "\${1#*:}" --clear-groups "$node" -e "$code" listen "$2" >/dev/null 2>&1
    }
    dial() { setpriv --reuid "\${1%:*}" --regid "\${1#*:}" --clear-groups "$node" -e "$code" dial "$2"; }
    for ids in $4; do
      serve "$ids" 15410 & server=$!
      until grep -q ':3C32 00000000:0000 0A' /proc/net/tcp; do sleep 0.05; done
      echo "$ids 15410 $(dial 1000:1000 15410)"
      kill $server; wait $server
    done
    serve 2000:2000 8000 & server=$!
    until grep -q ':1F40 00000000:0000 0A' /proc/net/tcp; do sleep 0.05; done
    for ids in $4; do echo "$ids 8000 $(dial "$ids" 8000)"; done
    kill $server`;
  const probe = 'setpriv --reuid 1000 --regid 1000 --clear-groups true && nft list ruleset && ip link';
  if (spawnSync('unshare', ['-n', 'sh', '-c', probe]).status !== 0) return null;
  const argv = ['-n', 'sh', '-c', script, 'sh', program, process.execPath, PROCESS, ids.join(' ')];
  const { status, stdout, stderr } = spawnSync('unshare', argv, { encoding: 'utf8', timeout: LIMIT_MS });
  if (status === 9) throw new Error(stderr);
  const lines = stdout.split('\n').map((line) => /^(\S+ \d+) (true|false)$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((line): [string, boolean][] => (line ? [[line[1] ?? '', line[2] === 'true']] : [])),
  );
}

describe('ruleset', () => {
  it.each(inputs)('is a program that nft loads, and loads again: %j', (input) => {
    const result = load(ruleset(input));
    if (result === null) {
      console.info('skipped: nft cannot run in a network namespace here');
      return;
    }
    expect(result.stderr).toBe('');
    expect(result.status).toBe(0);
  });

  it(
    'knows the sidecar by user and group, and lets no other process answer in its place',
    () => {
      const [uids, connections] = [
        ['15400:15400', '15400:0', '1000:15400', '1000:1000'],
        [15410, 8000],
      ];
      const result = connect(
        ruleset({ guarded: [8000], opaque: [], openTcp: [], openUdp: [], resolvers: [] }),
        uids,
      );
      if (result === null) {
        console.info('skipped: processes cannot change their user here');
        return;
      }
      // Whoever listens on 15410, only the sidecar's answers leave; whoever dials 8000, only the sidecar gets there.
      expect(result).toEqual(
        Object.fromEntries(
          uids.flatMap((ids) => connections.map((port) => [`${ids} ${port}`, ids === '15400:15400'])),
        ),
      );
    },
    LIMIT_MS,
  );

  it('gives every guarded port a listener of its own', () => {
    const program = ruleset({
      guarded: [80, 8000],
      opaque: [6379, 5432],
      openTcp: [],
      openUdp: [],
      resolvers: [],
    });
    expect(program).toContain('tcp dport 80 redirect to :15410');
    expect(program).toContain('tcp dport 8000 redirect to :15411');
    expect(program).toContain('tcp dport 6379 redirect to :15460');
    expect(program).toContain('tcp dport 5432 redirect to :15461');
    expect(program).toContain('tcp dport { 15410, 15411, 15460, 15461, 15430 } accept');
    expect(program).not.toContain('fib daddr type local tcp dport 6379');
  });

  it('lets only the sidecar speak to other resolvers', () => {
    const program = ruleset({ guarded: [], opaque: [], openTcp: [], openUdp: [], resolvers: ['10.96.0.10'] });
    expect(program).not.toMatch(/^\s*meta l4proto \{ tcp, udp \} th dport 53 accept/m);
  });
});
