import { chat, lines, said } from './testing/chat-traffic.ts';
import { commandFolder, type Ran } from './testing/command-folder.ts';

const { at, run, file } = commandFolder();

const POLICY = `version: 1
action: { tools: [{ name: pay, when: "workload.labels.tier == 'internal' && workload.namespace == 'chat'" }] }
`;
const CALL = { id: 'c', type: 'function', function: { name: 'pay', arguments: '{}' } };
const reply = said('');
const [choice] = (reply as { choices: { message: object }[] }).choices;

const POD = `kind: Pod
metadata: { name: bot, namespace: chat, labels: { tier: internal } }
spec: { containers: [{ name: model }] }
`;
const DEPLOYMENT = `kind: Deployment
metadata: { name: bot, namespace: chat, labels: { tier: public } }
spec: { template: { metadata: { labels: { tier: internal } }, spec: { containers: [{ name: model }] } } }
`;
const CRON_JOB = `kind: CronJob
metadata: { name: bot, namespace: chat }
spec: { jobTemplate: { spec: { template: { metadata: { labels: { tier: internal } }, spec: { containers: [] } } } } }
`;

async function tested(manifest: string | null): Promise<Ran> {
  const answer = { ...reply, choices: [{ ...choice, message: { role: 'assistant', tool_calls: [CALL] } }] };
  const traffic = lines({ dialect: 'openai-chat', request: chat('pay'), response: answer });
  const argv = ['test', await file('p.yaml', POLICY), '--traffic', await file('t.jsonl', traffic), '--json'];
  return run(manifest === null ? argv : [...argv, '--workload', await file('pod.yaml', manifest)]);
}

describe('policy test --workload', () => {
  it.each([
    ['text', 'hello'],
    ['a Service', 'kind: Service\nspec: { ports: [] }\n'],
    ['two manifests', `${POD}---\n${POD}`],
    ['labels that are no texts', POD.replace('tier: internal', 'tier: 1')],
  ])('refuses %s', async (_, manifest) => {
    const { status, err } = await tested(manifest);
    expect([status, err]).toEqual([2, expect.stringContaining('expected one manifest of a Pod')]);
  });

  it('names a file that is not there', async () => {
    const { status, err } = await run([
      ...['test', await file('p.yaml', POLICY), '--traffic', await file('t.jsonl', '')],
      ...['--workload', at('none.yaml')],
    ]);
    expect([status, err]).toEqual([2, expect.stringContaining('--workload "DIR/none.yaml": cannot be read')]);
  });

  it.each([
    ['nothing, and says so', null, 'block'],
    ['another namespace', POD.replace('chat', 'dev'), 'block'],
    ['a pod without the label', POD.replace('tier: internal', 'team: a'), 'block'],
    ['a pod without labels', POD.replace(', labels: { tier: internal }', ''), 'block'],
    ['labels of the workload and not of its pods', DEPLOYMENT.replace('tier: internal', 'a: b'), 'block'],
    ['the pod', POD, 'allow'],
    ['a Deployment', DEPLOYMENT, 'allow'],
    ['a CronJob', CRON_JOB, 'allow'],
  ])('judges with %s', async (_, manifest, expected) => {
    const { out, err } = await tested(manifest);
    expect((JSON.parse(out) as { outcome: string }).outcome).toBe(expected);
    expect(err.includes('warning: conditions of the policy ask for workload')).toBe(manifest === null);
  });
});
