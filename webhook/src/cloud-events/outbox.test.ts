import type { CloudEvent, Happening } from './cloud-event.ts';
import type { Attempt } from './http-sink.ts';
import { Outbox, type OutboxOptions } from './outbox.ts';

const OK: Attempt = { result: 'delivered', reason: '', retryAfterMs: null };
const AGAIN: Attempt = { result: 'again', reason: 'HTTP 503', retryAfterMs: null };
const HOUR = 3_600_000;

/** A receiver that answers as it is told, once it is let. */
class Receiver {
  nowMs = 0;
  readonly got: CloudEvent[] = [];
  readonly counts: Record<string, number> = {};
  readonly warnings: string[] = [];
  readonly pauses: number[] = [];
  #answer: (attempt: Attempt) => void = () => undefined;
  #paused: () => void = () => undefined;
  readonly outbox: Outbox;

  constructor(more: Pick<OutboxOptions, 'file' | 'left'> = {}) {
    this.outbox = new Outbox({ ...this.#options, ...more });
  }

  readonly #options: OutboxOptions = {
    send: (event) => {
      this.got.push(event);
      return new Promise((resolve) => (this.#answer = resolve));
    },
    source: '/c',
    count: (result) => (this.counts[result] = (this.counts[result] ?? 0) + 1),
    warn: (text) => void this.warnings.push(text),
    now: () => this.nowMs,
    pause: (ms) => {
      this.pauses.push(ms);
      return new Promise((resolve) => (this.#paused = resolve));
    },
  };

  async answer(attempt: Attempt): Promise<void> {
    this.#answer(attempt);
    await new Promise((resolve) => setImmediate(resolve));
  }

  async goOn(): Promise<void> {
    this.#paused();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function refused(rule: string, pod = 'a', count = 1): Happening {
  return {
    type: 'exchange.refused.v1',
    pod: { namespace: 'ml', name: pod, uid: `uid-${pod}` },
    timeMs: 5,
    data: {
      control: 'action',
      rule,
      code: 'tool_not_allowed',
      count,
      first: `f${count}`,
      last: `l${count}`,
      decision: 'd',
    },
  };
}

it('sends one after the other, in order', async () => {
  const receiver = new Receiver();
  receiver.outbox.add(refused('one'));
  receiver.outbox.add(refused('two'));
  expect(receiver.got).toHaveLength(1);
  await receiver.answer(OK);
  await receiver.answer(OK);
  expect(receiver.got.map(({ data }) => data['rule'])).toEqual(['one', 'two']);
  expect([receiver.counts, receiver.outbox.waiting]).toEqual([{ delivered: 2 }, 0]);
});

it('sends the same event with the same id until it is delivered, not before it is asked to, and says so once', async () => {
  const receiver = new Receiver();
  receiver.outbox.add(refused('one'));
  await receiver.answer({ ...AGAIN, retryAfterMs: 600_000 });
  await receiver.goOn();
  await receiver.answer(AGAIN);
  await receiver.goOn();
  await receiver.answer(OK);
  expect(new Set(receiver.got.map((event) => JSON.stringify(event))).size).toBe(1);
  expect(receiver.pauses[0]).toBe(600_000);
  expect(receiver.warnings).toEqual([
    'a CloudEvent was not delivered: HTTP 503',
    'CloudEvents are delivered again',
  ]);
});

it('drops what the receiver refuses, and goes on', async () => {
  const receiver = new Receiver();
  receiver.outbox.add(refused('one'));
  receiver.outbox.add(refused('two'));
  await receiver.answer({ result: 'refused', reason: 'HTTP 400', retryAfterMs: null });
  await receiver.answer(OK);
  expect(receiver.counts).toEqual({ refused: 1, delivered: 1 });
});

it('gathers reports of one rule and pod while they wait, and changes none that is being sent', async () => {
  const receiver = new Receiver();
  receiver.outbox.add(refused('one', 'a', 1));
  receiver.outbox.add(refused('one', 'a', 2));
  receiver.outbox.add(refused('one', 'a', 4));
  receiver.outbox.add(refused('one', 'b', 8));
  await receiver.answer(AGAIN);
  receiver.outbox.add(refused('one', 'a', 16));
  await receiver.goOn();
  await receiver.answer(OK);
  await receiver.answer(OK);
  await receiver.answer(OK);
  expect(receiver.got.map(({ data }) => data['count'])).toEqual([1, 1, 22, 8]);
  expect(receiver.got[2]?.data).toMatchObject({ first: 'f2', last: 'l16' });
});

it('keeps a thousand at most and drops the oldest, but not the one that is being sent', async () => {
  const receiver = new Receiver();
  for (let index = 0; index < 1_500; index += 1) receiver.outbox.add(refused('one', `p${index}`));
  expect([receiver.outbox.waiting, receiver.counts]).toEqual([1_000, { dropped: 500 }]);
  await receiver.answer(OK);
  expect(receiver.got.map(({ subject }) => subject)).toEqual([
    'namespaces/ml/pods/p0',
    'namespaces/ml/pods/p501',
  ]);
});

it('takes forty of a pod that invents rules, and those of others', () => {
  const receiver = new Receiver();
  for (let index = 0; index < 1_000; index += 1) receiver.outbox.add(refused(`rule-${index}`));
  receiver.outbox.add(refused('one', 'b'));
  expect([receiver.outbox.waiting, receiver.counts]).toEqual([41, { limited: 960 }]);
});

it('drops what is an hour old', async () => {
  const receiver = new Receiver();
  receiver.outbox.add(refused('one'));
  await receiver.answer(AGAIN);
  receiver.nowMs = HOUR + 1;
  receiver.outbox.add(refused('two'));
  await receiver.goOn();
  expect(receiver.counts).toEqual({ dropped: 1 });
  expect(receiver.got.map(({ data }) => data['rule'])).toEqual(['one', 'two']);
});

it('ends where the receiver is away, and says how many are left', async () => {
  const receiver = new Receiver();
  receiver.outbox.add(refused('one'));
  receiver.outbox.add(refused('two'));
  const left = receiver.outbox.close(60_000);
  await receiver.answer(AGAIN);
  expect(await left).toEqual({ undelivered: 2, kept: false });
});

it('goes on with what the process before left, with the same ids and ages', async () => {
  const id = '0c5b5a4e-5a0f-4f3f-9a57-6f0a3f0c9e11';
  const left = [
    { happening: refused('old'), id: 'x', sinceMs: -HOUR - 1 },
    { happening: refused('one'), id, sinceMs: -1_000 },
    // While the one before was being sent.
    { happening: refused('one', 'a', 2), id: 'y', sinceMs: -500 },
  ];
  const receiver = new Receiver({ left });
  expect(receiver.counts).toEqual({ dropped: 1 });
  await receiver.answer(OK);
  await receiver.answer(OK);
  expect(receiver.got.map(({ id: sent, data }) => [sent, data['count']])).toEqual([
    [id, 1],
    ['y', 2],
  ]);
});

it('keeps a thousand at most of what was left', () => {
  const left = Array.from({ length: 1_200 }, (_, index) => ({
    ...{ happening: refused('one', `p${index}`), id: `${index}`, sinceMs: 0 },
  }));
  const receiver = new Receiver({ left });
  expect([receiver.outbox.waiting, receiver.counts]).toEqual([1_000, { dropped: 200 }]);
});

it('has the file written after each change, and closed at the end', async () => {
  const seen: string[][] = [];
  const receiver = new Receiver({
    file: {
      changed: (latest) =>
        void seen.push([...latest()].map(({ happening }) => String(happening.data['rule']))),
      close: () => Promise.resolve(true),
    },
  });
  receiver.outbox.add(refused('one'));
  receiver.outbox.add(refused('two'));
  receiver.outbox.add(refused('two'));
  await receiver.answer(OK);
  expect(seen).toEqual([['one'], ['one', 'two'], ['one', 'two'], ['two']]);
  const closed = receiver.outbox.close(60_000);
  await receiver.answer(AGAIN);
  expect(await closed).toEqual({ undelivered: 1, kept: true });
});
