import { CONDITION_NAMES, CONDITIONS, type Blindness, type Reason } from './condition.ts';
import { ConditionsWatch, ENOUGH, verdictOf, type ConditionState } from './watch.ts';

class Watched {
  nowMs = 1_000;
  readonly broken: string[] = [];
  readonly watch: ConditionsWatch;

  constructor(seesOutbound = true) {
    this.watch = new ConditionsWatch({
      clock: () => this.nowMs,
      seesOutbound,
      onBreak: (condition, reason, ceases) =>
        this.broken.push(`${condition} ${reason}${ceases ? ', ceased' : ''}`),
    });
  }

  ask(times: number, reasons: readonly Reason[] = [], blind: readonly Blindness[] = []): void {
    for (let each = 0; each < times; each += 1) this.watch.exchange().note({ reasons, blind }, true);
  }

  states(): readonly ConditionState[] {
    return this.watch.report().conditions.map(({ state }) => state);
  }
}

const UNKNOWN = ['unknown', 'unknown', 'unknown', 'unknown'];
const MET = ['met', 'met', 'met', 'met'];

describe('the watch over the four conditions', () => {
  it('knows nothing before anything was seen, however long that takes', () => {
    const watched = new Watched();
    watched.nowMs += 10 * ENOUGH.ms;
    expect(watched.states()).toEqual(UNKNOWN);
    expect(watched.watch.report()).toMatchObject({ verdict: 'unknown', exchanges: 0, sinceMs: 1_000 });
  });

  it('knows nothing of many exchanges in a short time, nor of few in a long one', () => {
    const busy = new Watched();
    busy.ask(10 * ENOUGH.exchanges);
    busy.nowMs += ENOUGH.ms - 1;
    expect(busy.states()).toEqual(UNKNOWN);
    const idle = new Watched();
    idle.ask(ENOUGH.exchanges - 1);
    idle.nowMs += 10 * ENOUGH.ms;
    expect(idle.states()).toEqual(UNKNOWN);
    idle.ask(1);
    expect(idle.states()).toEqual(MET);
  });

  it('says once where all four were met and are not any more', () => {
    const watched = new Watched();
    watched.ask(ENOUGH.exchanges);
    watched.nowMs += ENOUGH.ms;
    watched.ask(1, ['tool_offered', 'tool_called'], ['media']);
    watched.ask(1, ['tool_offered']);
    expect(watched.broken).toEqual([
      'no_tools tool_offered, ceased',
      'no_tools tool_called, ceased',
      'no_tools tool_offered',
    ]);
  });

  it.each<[Blindness, string[]]>([
    ['unread', ['unknown', 'unknown', 'unknown', 'met']],
    ['media', ['met', 'met', 'unknown', 'met']],
    ['detectors_off', ['met', 'met', 'unknown', 'met']],
  ])('begins anew after an exchange that could not be judged: %s', (blind, states) => {
    const watched = new Watched();
    watched.ask(ENOUGH.exchanges);
    watched.nowMs += ENOUGH.ms;
    expect(watched.watch.report().verdict).toBe('suffices');
    watched.ask(1, [], [blind]);
    expect(watched.states()).toEqual(states);
    expect(watched.watch.report().verdict).toBe('unknown');
    watched.ask(ENOUGH.exchanges);
    watched.nowMs += ENOUGH.ms;
    expect(watched.states()).toEqual(MET);
    const [report] = watched.watch.report().conditions.filter(({ blind: all }) => all.length > 0);
    expect(report).toMatchObject({
      sinceMs: 1_000 + ENOUGH.ms,
      blind: [{ reason: blind, exchanges: 1, firstMs: 1_000 + ENOUGH.ms }],
    });
  });

  it('never knows the effects outside where connections can pass it', () => {
    const watched = new Watched(false);
    watched.ask(ENOUGH.exchanges);
    watched.nowMs += ENOUGH.ms;
    expect(watched.states()).toEqual(['met', 'met', 'met', 'unknown']);
    expect(watched.watch.report().conditions[3]?.blind).toMatchObject([
      { reason: 'outbound_not_captured', exchanges: 0 },
    ]);
    watched.ask(1, ['outbound']);
    expect(watched.states()).toEqual(['met', 'met', 'met', 'broken']);
  });

  it('one break is enough, at once and for good', () => {
    const watched = new Watched();
    watched.ask(1, ['tool_offered']);
    expect(watched.watch.report()).toMatchObject({ verdict: 'needed' });
    watched.nowMs += ENOUGH.ms;
    watched.ask(ENOUGH.exchanges);
    watched.nowMs += 5;
    watched.ask(1, ['tool_offered']);
    expect(watched.states()).toEqual(['met', 'broken', 'met', 'met']);
    expect(watched.watch.report().conditions[1]?.breaks).toEqual([
      { reason: 'tool_offered', exchanges: 2, firstMs: 1_000, lastMs: 1_005 + ENOUGH.ms },
    ]);
  });

  it('counts a reason once for an exchange, whatever steps show it', () => {
    const watched = new Watched();
    const exchange = watched.watch.exchange();
    exchange.note({ reasons: ['tool_called'], blind: [] }, true);
    exchange.note({ reasons: ['tool_called', 'secret'], blind: ['unread'] });
    exchange.note({ reasons: ['secret'], blind: ['unread'] });
    expect(watched.broken).toEqual(['no_tools tool_called', 'no_sensitive_context secret']);
    expect(watched.watch.report()).toMatchObject({ exchanges: 1 });
    expect(watched.watch.report().conditions[0]?.blind).toMatchObject([{ reason: 'unread', exchanges: 1 }]);
  });

  it('reports in the order of the table, in constant size', () => {
    const watched = new Watched(false);
    const reasons = CONDITION_NAMES.flatMap((name) => [...CONDITIONS[name]] as Reason[]);
    for (let each = 0; each < 3; each += 1) watched.ask(100, [...reasons].reverse(), ['unread', 'media']);
    const { conditions } = watched.watch.report();
    expect(conditions.flatMap(({ breaks }) => breaks.map(({ reason }) => reason))).toEqual(reasons);
    expect(JSON.stringify(watched.watch.report()).length).toBeLessThan(4_000);
  });
});

it.each<[readonly ConditionState[], string]>([
  [['unknown', 'broken'], 'needed'],
  [['met', 'unknown'], 'unknown'],
  [['met', 'met'], 'suffices'],
])('%j: %s', (states, verdict) => {
  expect(verdictOf(states)).toBe(verdict);
});
