import type { PolicyDocument } from '../keys/schema.ts';
import { compilePasses, compilePaths } from '../patterns/endpoint.ts';
import { patternOf, type HostEntry } from '../patterns/host-entry.ts';
import { receiversOn, type TracingReceiver } from '../patterns/tracing.ts';
import type { Fault } from './explain-issue.ts';

/** Number of receivers that one warning names: `*` allows all of them. */
const MOST_NAMED = 3;

/** Entries of `action.hosts` that allow traces of agent frameworks, with the prompts and replies in them. */
export function tracingHosts(
  lists: readonly (readonly HostEntry[])[],
  endpoints: PolicyDocument['endpoints'],
): readonly Fault[] {
  const passes = endpoints?.opaque === 'allow' ? () => true : passesOf(endpoints?.pass?.allOf ?? []);
  return lists.flatMap((entries) =>
    entries.flatMap((entry, index): Fault[] => {
      const receivers = receiversOn(patternOf(entry)).filter((receiver) => letsOut(entry, receiver, passes));
      return receivers.length === 0
        ? []
        : [{ path: ['action', 'hosts', index], at: 'value', message: warningOf(receivers) }];
    }),
  );
}

function passesOf(lists: readonly (readonly string[])[]): (path: string) => boolean {
  const passes = compilePasses(lists);
  return (path) => lists.length > 0 && passes('POST', path);
}

/** With paths, only HTTP is allowed, and of unknown routes only those that `endpoints` passes. */
function letsOut(entry: HostEntry, { paths }: TracingReceiver, passes: (path: string) => boolean): boolean {
  if (typeof entry === 'string') return true;
  const isListed = compilePaths(entry.paths);
  const posted = (paths ?? entry.paths).map((path) => path.replace(/\*$/, 'x'));
  return posted.some((path) => isListed(path) && passes(path));
}

function warningOf(receivers: readonly TracingReceiver[]): string {
  const named = receivers
    .slice(0, MOST_NAMED)
    .map(({ name, off }) => `traces of ${name} (turned off by ${off})`);
  const more = receivers.length - named.length;
  const all = [...named, ...(more > 0 ? [`and those of ${more} more`] : [])].join(', ');
  const some = receivers.some(({ paths }) => paths !== null);
  const way = some ? '; an entry { host, paths } lists a host for its API alone' : '';
  return `prompts and replies leave here uninspected: ${all}${way}`;
}
