/** A share with its 95 % interval (Wilson 1927), in percent: `92.2 (90.0–94.0)`. Empty for none of none. */
export function wilson(found: number, all: number): string {
  if (all === 0) return '';
  const z = 1.96;
  const share = found / all;
  const centre = (share + z ** 2 / (2 * all)) / (1 + z ** 2 / all);
  const half = (z / (1 + z ** 2 / all)) * Math.sqrt((share * (1 - share)) / all + z ** 2 / (4 * all ** 2));
  const percent = (value: number): string => (100 * Math.min(1, Math.max(0, value))).toFixed(1);
  return `${percent(share)} (${percent(centre - half)}–${percent(centre + half)})`;
}
