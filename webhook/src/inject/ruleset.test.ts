import { spawnSync } from 'node:child_process';

import { ruleset } from './ruleset.ts';

const inputs = [
  { guarded: [], openTcp: [], openUdp: [], resolvers: [] },
  { guarded: [8000], openTcp: [9100], openUdp: [8125], resolvers: ['10.96.0.10'] },
  { guarded: [80, 8000, 8001], openTcp: [], openUdp: [], resolvers: ['10.96.0.10', 'fd00:10:96::a'] },
];

/** nft in a network namespace of its own; null: this machine cannot make one. */
const load = (program: string): { readonly status: number | null; readonly stderr: string } | null => {
  const can = spawnSync('unshare', ['-rn', 'nft', 'list ruleset']);
  if (can.status !== 0) return null;
  // Twice in one namespace: a restarted init container meets its own table.
  const script = 'nft "$1" && nft "$1" && nft list table inet llm_boundary | grep -c "skuid 15400 accept"';
  return spawnSync('unshare', ['-rn', 'sh', '-c', script, 'sh', program], { encoding: 'utf8' });
};

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

  it('gives every guarded port a listener of its own', () => {
    const program = ruleset({ guarded: [80, 8000], openTcp: [], openUdp: [], resolvers: [] });
    expect(program).toContain('tcp dport 80 redirect to :15410');
    expect(program).toContain('tcp dport 8000 redirect to :15411');
  });

  it('lets nobody but the sidecar speak to other resolvers', () => {
    const program = ruleset({ guarded: [], openTcp: [], openUdp: [], resolvers: ['10.96.0.10'] });
    expect(program).not.toMatch(/^\s*meta l4proto \{ tcp, udp \} th dport 53 accept/m);
  });
});
