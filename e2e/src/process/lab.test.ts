import { LabRuns } from '@llm-boundary/webhook/console/lab-runs';

/** 1,500 patterns: seconds of CPU. */
const HEAVY = `version: 1\ningress:\n  rules:\n${Array.from(
  { length: 1_500 },
  (_, index) => `    - { id: r${index}, pattern: '(a|b|c|d){1,50}x(.{0,500}){2}', action: block }`,
).join('\n')}\n`;

function run(runs: LabRuns, policy: string, traffic: string | null = null): ReturnType<LabRuns['run']> {
  const request = { policy, namespace: null, traffic, shapesOf: null };
  return runs.run('ann', { request, outer: null, recent: null });
}

it('stops the built lab in the middle of a policy with many patterns', async () => {
  expect(await run(new LabRuns({ deadlineMs: 1 }), HEAVY)).toMatchObject({
    ...{ kind: 'refused', error: 'unavailable' },
    message: expect.stringContaining('was stopped') as string,
  });
});

it('runs the built lab, again and again', async () => {
  const runs = new LabRuns({ deadlineMs: 100_000 });
  const traffic = JSON.stringify({
    dialect: 'openai-chat',
    request: { model: 'm', messages: [{ role: 'user', content: 'Hi abc' }] },
  });
  const policy = "version: 1\ningress: { rules: [{ id: r, pattern: 'a(b)c', action: block }] }\n";
  for (let turn = 0; turn < 3; turn += 1)
    expect(await run(runs, policy, traffic)).toMatchObject({
      kind: 'answered',
      answer: { problems: [], replayed: [{ request: 'block' }] },
    });
});
