import { reportOf } from '../posture/testing/report.ts';
import type { Fleet, Workload } from './api.ts';
import { guardedPod, TestConsole } from './testing/console.ts';

let console: TestConsole;

beforeEach(async () => {
  console = new TestConsole();
  console.pods = [guardedPod('shop', 'a'), guardedPod('shop', 'b')];
  await console.start();
});
afterEach(() => console.stop());

/** The conditions of the workload, once its sidecars were asked. */
async function cell(): Promise<Fleet['workloads'][number]['conditions'] | undefined> {
  await console.get('/api/workloads/shop/Deployment/bot', 'ann');
  const { workloads } = (await console.get('/api/fleet', 'ann')).body as Fleet;
  return workloads[0]?.conditions;
}

describe('the verdict on a workload', () => {
  it.each<[string, Parameters<typeof reportOf>, string, readonly string[]]>([
    [
      'that needs the boundary',
      [200, { reasons: ['mcp', 'history'], blind: [] }],
      'needed',
      ['history', 'mcp'],
    ],
    ['for which infrastructure suffices', [200], 'suffices', []],
    ['of which too little was seen', [3], 'unknown', ['too_little']],
    ['that cannot be judged', [200, { reasons: [], blind: ['detectors_off'] }], 'unknown', ['detectors_off']],
  ])('says why, of one %s', async (_what, report, verdict, reasons) => {
    console.conditions = () => Promise.resolve(reportOf(...report));
    expect(await cell()).toMatchObject({ verdict, source: 'sidecar', reasons });
  });

  it('says that a sidecar does not answer', async () => {
    expect(await cell()).toMatchObject({ verdict: 'unknown', source: 'none', reasons: ['no_answer'] });
    console.conditions = ({ finding }) =>
      finding.name === 'a' ? Promise.resolve(reportOf(200)) : Promise.reject(new Error('timed out'));
    console.nowMs += 61_000;
    expect(await cell()).toMatchObject({ verdict: 'unknown', reasons: ['no_answer'] });
  });

  it('counts the exchanges of all its pods in its sentence', async () => {
    console.conditions = ({ finding }) =>
      Promise.resolve(reportOf(200, { reasons: finding.name === 'a' ? ['mcp'] : ['history'], blind: [] }));
    const { body } = await console.get('/api/workloads/shop/Deployment/bot', 'ann');
    expect((body as Workload).row.conditions.text).toMatch(
      /stateless and isolated does not hold .*; no tools does not hold .*; 400 exchanges seen since .*, when the first of its 2 sidecars started$/,
    );
    // A list of thousands has no room for it.
    expect((await cell())?.text).toBeNull();
  });
});
