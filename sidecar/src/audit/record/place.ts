import { z } from 'zod';

/** A number of things, or a place among them. */
export const count = z.int().nonnegative();
/** SHA-256. */
export const hex64 = z.string().regex(/^[0-9a-f]{64}$/);
export const text = z.string().max(512);

/** The members of every line. */
export const place = {
  origin: text.describe('The log: `CLUSTER/NAMESPACE/POD/chain/RANDOM`, one per process.'),
  prev: hex64.describe('SHA-256 of the previous line, without its newline; 64 zeros in the first line.'),
  seq: count.describe('Place in the log, from 0, without gaps.'),
  v: z.literal(1).describe('Version of this format.'),
};

/** The members of every line that has a time of its own. */
export const timed = {
  ...place,
  time: z
    .string()
    .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    // A month 13 is no time of any clock, and readers reckon with times.
    .refine((time) => Number.isFinite(Date.parse(time)))
    .describe('RFC 3339, UTC, milliseconds; never earlier than the previous line.'),
};
