import type { KubeObject } from '../cluster.ts';
import { attempt, NAMESPACES, type Fixture } from '../fixture.ts';
import { until } from '../shell.ts';
import { expect } from '../steps.ts';

const REASON = 'ExchangeRefused';
/** Of one exec. */
const FLOOD = 300;

interface RefusalEvent extends KubeObject {
  readonly message: string;
  readonly involvedObject: { readonly uid: string; readonly name: string };
}

async function eventsOf({ cluster }: Fixture, pod: string): Promise<readonly RefusalEvent[]> {
  const selector = `--field-selector=reason=${REASON},involvedObject.name=${pod}`;
  const text = await cluster.kubectl(['get', 'events', '-n', NAMESPACES.guarded, selector, '-o', 'json']);
  return (JSON.parse(text) as { readonly items: readonly RefusalEvent[] }).items;
}

/** The Event of a refusal that came before. @returns its message */
export async function refusalEvent(fixture: Fixture, pod: string): Promise<string> {
  const events = await until(`an Event ${REASON} on ${pod}`, 60, async () => {
    const found = await eventsOf(fixture, pod);
    return found.length === 0 ? null : found;
  });
  expect(events.length === 1, `${events.length} Events for one rule`);
  const { message } = events[0] ?? { message: '' };
  expect(message.includes('host_not_allowed'), `it does not say what was refused: ${message}`);
  return message.slice(0, 120);
}

/** The same rule refuses hundreds of exchanges: no further Event of it. */
export async function floodOfRefusals(fixture: Fixture, pod: string, host: string): Promise<string> {
  const from = { namespace: NAMESPACES.guarded, pod, container: 'model' };
  const one = { kind: 'http', url: `http://${host}:8080/` } as const;
  await attempt(
    fixture,
    from,
    Array.from({ length: FLOOD }, () => one),
  );
  // Written once a minute.
  const events = await until('the count of the Event', 150, async () => {
    const found = await eventsOf(fixture, pod);
    return found.some((event) => countOf(event) >= FLOOD) ? found : null;
  });
  expect(events.length === 1, `${events.length} Events for one rule`);
  return `${events.map(countOf).join(', ')} refusals in one Event`;
}

function countOf(event: RefusalEvent): number {
  const { series } = event as { readonly series?: { readonly count?: number } };
  return series?.count ?? 1;
}
