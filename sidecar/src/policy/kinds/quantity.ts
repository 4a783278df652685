import { z } from 'zod';

const SIZE = /^([0-9]+(?:\.[0-9]+)?) ?(B|KB|KiB|MB|MiB|GB|GiB)$/;
const DURATION = /^([0-9]+(?:\.[0-9]+)?) ?(ms|s|m)$/;

const SIZE_UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  KiB: 2 ** 10,
  MB: 1e6,
  MiB: 2 ** 20,
  GB: 1e9,
  GiB: 2 ** 30,
};
const DURATION_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 60e3 };

function quantity(
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  max: number,
  expected: string,
): Quantity {
  return z
    .union([z.int().min(1, { error: expected }), z.string().regex(pattern, { error: expected })], {
      error: expected,
    })
    .transform((value) => {
      if (typeof value === 'number') return value;
      const [, amount = '', unit = ''] = pattern.exec(value) ?? [];
      return Math.floor(Number(amount) * (units[unit] ?? Number.NaN));
    })
    .refine((value) => value >= 1 && value <= max, { error: `${expected}, from 1 to ${max}` });
}

type Quantity = z.ZodType<number, number | string>;

/** A number of bytes: `4194304`, `"4MiB"`, `"500 KB"`. Parsed once, to a whole number. */
export function size(maxBytes: number): Quantity {
  return quantity(
    SIZE,
    SIZE_UNITS,
    maxBytes,
    'expected a size: bytes as a whole number, or a text such as "4MiB" or "500KiB"',
  );
}

/** A number of milliseconds: `2000`, `"250ms"`, `"2s"`, `"1m"`. */
export function duration(maxMs: number): Quantity {
  return quantity(
    DURATION,
    DURATION_UNITS,
    maxMs,
    'expected a duration: milliseconds as a whole number, or a text such as "250ms" or "2s"',
  );
}

const WINDOW_UNITS: Readonly<Record<string, number>> = { s: 1e3, m: 60e3, h: 3600e3 };
const MAX_WINDOW_MS = 24 * 3600e3;

/** Milliseconds of `15m` or `24h`; null for another form, or more than a day. */
export function windowOf(text: string): number | null {
  const [, digits = '', unit = ''] = /^([1-9]\d{0,5})([smh])$/.exec(text) ?? [];
  const windowMs = Number(digits) * (WINDOW_UNITS[unit] ?? 0);
  return windowMs > 0 && windowMs <= MAX_WINDOW_MS ? windowMs : null;
}

/** A whole number of things, from 1. */
export function count(max: number): z.ZodType<number, number> {
  const expected = `expected a whole number from 1 to ${max}`;
  return z.int({ error: expected }).min(1, { error: expected }).max(max, { error: expected });
}
