import { StreamPulse } from './stream-pulse.ts';
import { ManualTime } from '../testing/manual-time.ts';

describe('the pulse of a silent stream', () => {
  const started = (goesOn: () => boolean): { time: ManualTime; pulse: StreamPulse; beats: number[] } => {
    const time = new ManualTime();
    const beats: number[] = [];
    const pulse = new StreamPulse(time, () => {
      beats.push(time.now());
      return goesOn();
    });
    pulse.start();
    return { time, pulse, beats };
  };

  it('does not beat after it was stopped, nor starts again', () => {
    const { time, pulse, beats } = started(() => true);
    pulse.stop();
    pulse.start();
    time.pass(60_000);
    expect(beats).toEqual([]);
  });

  it('does not beat while something is written', () => {
    const { time, pulse, beats } = started(() => true);
    for (let turn = 0; turn < 10; turn += 1) {
      time.pass(9_000);
      pulse.written();
    }
    expect(beats).toEqual([]);
  });

  it('ends where there is no reason any more, and begins anew, at once where it was long silent', () => {
    const { time, pulse, beats } = started(() => false);
    time.pass(60_000);
    expect(beats).toEqual([10_000]);
    pulse.start();
    time.pass(60_000);
    expect(beats).toEqual([10_000, 60_001]);
  });

  it('stops from within', () => {
    const time = new ManualTime();
    const pulse: StreamPulse = new StreamPulse(time, () => {
      pulse.stop();
      return true;
    });
    pulse.start();
    time.pass(60_000);
    expect(time.waiting).toBe(0);
  });

  it('beats after every ten seconds without a write', () => {
    const { time, pulse, beats } = started(() => true);
    pulse.start();
    time.pass(4_000);
    pulse.written();
    time.pass(31_000);
    expect(beats).toEqual([14_000, 24_000, 34_000]);
  });
});
