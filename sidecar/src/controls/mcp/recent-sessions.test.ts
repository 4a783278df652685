import { RecentSessions } from './recent-sessions.ts';

const DAY_MS = 24 * 3_600_000;

describe('RecentSessions', () => {
  it('says that a session was lost, for as long as that would have been kept', () => {
    const sessions = new RecentSessions(2);
    sessions.add('one', 0);
    sessions.add('two', 1);
    expect(sessions.use('one', 2)).toBe(true);
    expect(sessions.hasLost(2)).toBe(false);
    sessions.add('three', 3);
    expect(['one', 'two', 'three', 'four'].map((each) => sessions.has(each, 3))).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect([sessions.hasLost(3), sessions.hasLost(DAY_MS), sessions.hasLost(DAY_MS + 1)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('loses none that has ended', () => {
    const sessions = new RecentSessions(2);
    sessions.add('one', 0);
    sessions.add('two', 0);
    sessions.add('three', DAY_MS);
    expect([sessions.has('one', DAY_MS), sessions.use('two', DAY_MS), sessions.hasLost(DAY_MS)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
