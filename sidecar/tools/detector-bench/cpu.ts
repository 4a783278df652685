/** Milliseconds of CPU of this process, collection of garbage included: other work on the machine adds nothing. `since`: a reading of `process.cpuUsage`. */
export function cpuMsSince(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1_000;
}
