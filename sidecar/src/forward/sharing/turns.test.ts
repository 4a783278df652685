import { Turns, type TurnTaker } from './turns.ts';

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Has pieces that cost `costMs` each, and notes when it worked one off. */
class Flow implements TurnTaker {
  done = 0;
  readonly #work: (flow: Flow) => void;

  constructor(work: (flow: Flow) => void) {
    this.#work = work;
  }

  turn(): void {
    this.#work(this);
  }
}

describe('Turns', () => {
  it('goes on at once while a turn of the event loop is young', () => {
    const turns = new Turns(() => 0);
    const flow = new Flow(() => undefined);
    expect([1, 2, 3].map(() => turns.may(flow, 64 * 1024))).toEqual([true, true, true]);
  });

  it('serves one reply a turn once they are too many, and the one that had least first', async () => {
    let nowMs = 0;
    const turns = new Turns(() => nowMs);
    const order: string[] = [];
    const named = (name: string, bytes: number): Flow =>
      new Flow((flow) => {
        if (turns.may(flow, bytes)) order.push(name);
      });
    const [heavy, other, light] = [named('heavy', 64_000), named('other', 64_000), named('light', 100)];
    heavy.turn();
    nowMs = 9;
    for (const flow of [heavy, other, light]) flow.turn();
    expect(order).toEqual(['heavy']);
    await turn();
    expect(order).toEqual(['heavy', 'other']);
    heavy.turn();
    other.turn();
    await turn();
    expect(order.at(-1)).toBe('light');
    for (let i = 0; i < 4; i += 1) await turn();
    expect(order).toHaveLength(5);
  });

  it('drops disconnected callers', async () => {
    let nowMs = 0;
    const turns = new Turns(() => nowMs);
    const gone = new Flow((flow) => (flow.done += 1));
    turns.may(gone, 0);
    nowMs = 9;
    expect(turns.may(gone, 1)).toBe(false);
    turns.leave(gone);
    await turn();
    expect(gone.done).toBe(0);
  });
});
