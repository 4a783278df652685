const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: '2-digit', day: '2-digit' });

const MOMENT = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'medium' });

/** Of the browser, in which times are shown: `Europe/Berlin`. */
export function zone(): string {
  return MOMENT.resolvedOptions().timeZone;
}

/** `2026-11-30 14:02:09 Europe/Berlin (2026-11-30T13:02:09.120Z)`: records and messages have the second one. */
export function moment(ms: number): string {
  const utc = new Date(ms).toISOString();
  return zone() === 'UTC' ? utc : `${MOMENT.format(ms)} ${zone()} (${utc})`;
}

/** `14:02:09`, with the date where it is not that of `nowMs`; in the time zone of the browser. */
export function clock(ms: number, nowMs: number): string {
  const [day, today] = [DAY.format(ms), DAY.format(nowMs)];
  return day === today ? CLOCK.format(ms) : `${day.split('/').reverse().join('-')} ${CLOCK.format(ms)}`;
}

/** `3 s ago`, `5 min ago`, `2 h ago`, `4 d ago`. */
export function ago(ms: number, nowMs: number): string {
  return `${span(Math.max(0, nowMs - ms))} ago`;
}

/** A length of time, in its largest unit. */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** A measured time with three digits: `0.42 ms`, `7.31 ms`, `318 ms`, `2.41 s`. */
export function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms >= 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms >= 1_000) return `${(ms / 1_000).toFixed(2)} s`;
  if (ms >= 100) return `${ms.toFixed(0)} ms`;
  return `${ms.toFixed(ms >= 10 ? 1 : 2)} ms`;
}
