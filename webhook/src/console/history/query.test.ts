import { historyQuery } from './query.ts';

/** The regular expression for the pods in a query, as JavaScript has it: what is used of RE2 is the same there. */
function patternIn(query: string): RegExp {
  const [, quoted = '""'] = /pod=~("(?:[^"\\]|\\.)*")/.exec(query) ?? [];
  return new RegExp(`^(?:${JSON.parse(quoted) as string})$`);
}

describe('the pods of a workload', () => {
  it.each<[string, string, string, boolean]>([
    ['Pod', 'a.b', 'a.b', true],
    ['Pod', 'a.b', 'axb', false],
    ['Pod', 'a', 'a|b', false],
    ['Deployment', 'bot', 'bot-5d9c7b6f44-2xk8p', true],
    ['Deployment', 'bot', 'bot-next-5d9c7b6f44-2xk8p', false],
    ['Deployment', 'bot', 'bot-next-2xk8p', false],
    ['Deployment', 'bot', 'bot-2xk8p', false],
    ['StatefulSet', 'bot', 'bot-0', true],
    ['StatefulSet', 'bot', 'bot-a-0', false],
    ['Job', 'bot', 'bot-2xk8p', true],
    ['Job', 'bot', 'bot-3-2xk8p', true],
    ['DaemonSet', 'bot', 'other-2xk8p', false],
    ['DaemonSet', '.*', 'bot-2xk8p', false],
  ])('%s %s: %s %s', (kind, name, pod, is) => {
    expect(patternIn(historyQuery({ namespace: 'n', kind, name, pods: [] }, 60)).test(pod)).toBe(is);
  });

  it('are also those of other names that are there, 50 at most', () => {
    const long = `${'long-'.repeat(10)}name-5d9c7b2xk8p`;
    const others = Array.from({ length: 60 }, (_, at) => `bot-worker.${at}`);
    const pods = ['bot-2xk8p', long, ...others];
    const query = historyQuery({ namespace: 'n', kind: 'RayCluster', name: 'bot', pods }, 60);
    const pattern = patternIn(query);
    expect([long, 'bot-2xk8p', 'bot-worker.48'].map((pod) => pattern.test(pod))).toEqual([true, true, true]);
    expect(['bot-worker.49', 'bot-workerx0'].map((pod) => pattern.test(pod))).toEqual([false, false]);
    expect(query).not.toContain('|bot-2xk8p');
  });
});

it('names cannot leave their quotation marks, nor match more than themselves', () => {
  const query = historyQuery(
    { namespace: 'a"} or up{x="', kind: 'Pod', name: 'b"\\', pods: ['c"}|.*', 'd\n'] },
    60,
  );
  expect(query.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')).toBe(
    historyQuery({ namespace: 'a', kind: 'Pod', name: 'b', pods: [] }, 60).replaceAll(/"[^"]*"/g, '""'),
  );
  expect(query).toContain(String.raw`{namespace="a\"} or up{x=\"",pod=~"b\"\\\\|c\"\\}\\|\\.\\*|d\n"}`);
  expect(patternIn(query).test('anything')).toBe(false);
});

it('asks for what began in a step as it stands, and for what grew in it', () => {
  const series = 'llm_boundary_exchanges_total{namespace="shop",pod=~"bot-[0-9]+"}';
  expect(historyQuery({ namespace: 'shop', kind: 'StatefulSet', name: 'bot', pods: ['bot-0'] }, 1_800)).toBe(
    `sum by (outcome) ((last_over_time(${series}[1800s]) unless present_over_time(${series}[6h] offset 1800s)) or increase(${series}[1800s]))`,
  );
});
