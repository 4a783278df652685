import { LabRuns } from './lab-runs.ts';
import type { LabTask } from './lab.ts';

const TASK: LabTask = {
  request: { policy: 'version: 1', namespace: null, traffic: null, shapesOf: null },
  outer: null,
  recent: null,
};

/** A worker of this text. The built one runs in `e2e/src/process/lab.test.ts`. */
function runsOf(text: string, deadlineMs?: number): LabRuns {
  const head =
    "import { parentPort, workerData } from 'node:worker_threads'; const post = (x) => parentPort.postMessage(x);";
  const worker = new URL(`data:text/javascript,${encodeURIComponent(head + text)}`);
  return new LabRuns({ worker, ...(deadlineMs === undefined ? {} : { deadlineMs }) });
}

it.each<[string, string, string]>([
  ['that cannot be read', 'this is no script', 'Unexpected'],
  ['that throws', 'post(null); throw new Error("broken")', 'broken'],
  ['that ends without an answer', 'post(null); process.exit(3)', 'ended with 3'],
])('rejects with a worker %s', async (_, text, message) => {
  const runs = runsOf(text);
  await expect(runs.run('ann', TASK)).rejects.toThrow(message);
  await expect(runs.run('ann', TASK)).rejects.toThrow(message);
});

it('stops a run at its deadline, and has its place free again', async () => {
  const runs = runsOf('post(null); for (;;);', 20);
  const stopped = {
    kind: 'refused',
    error: 'unavailable',
    message: expect.stringContaining('was stopped') as string,
  };
  for (const user of ['ann', 'ann', 'bob']) expect(await runs.run(user, TASK)).toMatchObject(stopped);
});

it('stops a run that needs too much memory', async () => {
  const runs = runsOf(
    'post(null); const all = []; for (;;) all.push(Array.from({ length: 1e5 }, Math.random));',
    1e6,
  );
  expect(await runs.run('ann', TASK)).toMatchObject({
    message: expect.stringContaining('128 MiB') as string,
  });
});

it('has one run at a time for each user, and two over all', async () => {
  const runs = runsOf('post(null); post(workerData.request.policy);');
  const under = [runs.run('ann', TASK), runs.run('bob', TASK)];
  expect(await runs.run('ann', TASK)).toMatchObject({ kind: 'refused', error: 'too_often' });
  expect(await runs.run('eve', TASK)).toMatchObject({ kind: 'refused', error: 'unavailable' });
  const answered = { kind: 'answered', answer: 'version: 1' };
  expect(await Promise.all(under)).toEqual([answered, answered]);
  expect(await runs.run('eve', TASK)).toEqual(answered);
});
