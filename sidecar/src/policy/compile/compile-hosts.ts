import { compilePaths } from '../patterns/endpoint.ts';
import { patternOf, plainHosts, type HostEntry } from '../patterns/host-entry.ts';
import { compileHosts } from '../patterns/host-pattern.ts';
import { receiverAt } from '../patterns/tracing.ts';
import type { CompiledHosts, HostRefusal } from './compiled-hosts.ts';

/** Compiles `action.hosts`. Every list must have a matching entry. */
export function compileHostEntries(lists: readonly (readonly HostEntry[])[]): CompiledHosts {
  const compiled = lists.map(compileList);
  const reaches = (host: string): boolean => compiled.every((list) => list.reaches(host));
  const refuse = (host: string, path: string | null): HostRefusal => ({
    rule: reaches(host) ? 'host.path-not-listed' : 'host.not-listed',
    receiver: receiverAt(host, path),
  });
  return {
    reaches,
    refuseRequest: (host, path) =>
      compiled.every((list) => list.opens(host) || list.takes(host, path)) ? null : refuse(host, path),
    refuseTunnel: (host) => (compiled.every((list) => list.opens(host)) ? null : refuse(host, null)),
  };
}

function compileList(entries: readonly HostEntry[]) {
  const withPaths = entries
    .filter((entry) => typeof entry !== 'string')
    .map(({ host, paths }) => ({ isHost: compileHosts([host]), isPath: compilePaths(paths) }));
  return {
    opens: compileHosts(plainHosts(entries)),
    takes: (host: string, path: string): boolean =>
      withPaths.some(({ isHost, isPath }) => isHost(host) && isPath(path)),
    reaches: compileHosts(entries.map(patternOf)),
  };
}
