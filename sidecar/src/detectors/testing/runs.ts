/** How many runs a property test has: `FC_RUNS` times as many in the scheduled job, which looks for what few seeds show. For tests. */
export function runs(usual: number): number {
  const factor = Number(process.env['FC_RUNS'] ?? '1');
  return Math.max(1, Math.round(usual * (Number.isFinite(factor) ? factor : 1)));
}
