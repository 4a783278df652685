import { until } from '../../testing/until.ts';
import { SECRET, SUBJECTS, Walk, type Subject, type WalkOptions } from './walk.ts';

type Row = readonly [name: string, subject: Subject];
export const rows: readonly Row[] = SUBJECTS.map((subject) => [subject.name, subject]);
export const wholeRows = rows.filter(([, { isStreamed }]) => !isStreamed);
export const streamedRows = rows.filter(([, { isStreamed }]) => isStreamed);

/**
 * Runs one exchange; checks that its place is free afterwards, nothing of it is held, and its client has not received the redacted text.
 */
export async function walking(
  subject: Subject,
  test: (walk: Walk) => Promise<void>,
  options: WalkOptions = {},
): Promise<void> {
  const walk = new Walk(subject, options);
  try {
    await test(walk);
    expect(walk.side.body).not.toContain(SECRET);
    expect(await walk.stage.metric('llm_boundary_held_chars')).toBe(0);
    expect(await walk.another()).toBe(200);
  } finally {
    walk.stage.close();
  }
}

/** The client can detect an incomplete reply: an error of its protocol, or an aborted connection. */
export function expectFailure({ side }: Walk, code: string): void {
  expect(side.end).not.toBe('open');
  if (side.end === 'complete') expect(side.body).toContain(code);
}

/** A refusal before the first byte of a reply, with this status if the protocol uses it. */
export async function expectRefusal(walk: Walk, status: number, code: string): Promise<void> {
  await expectPlainRefusal(walk, walk.subject.refusedWith(status), code);
}

/** A refusal of a request that was not read. */
export async function expectPlainRefusal({ side }: Walk, status: number, code: string): Promise<void> {
  await until('a refusal', () => side.end !== 'open');
  expect([side.status, side.body]).toEqual([status, expect.stringContaining(code)]);
}
