import { z } from 'zod';

const PIN_EXPECTED = 'expected "sha256-" and 64 hex digits in lower case, as `policy pins` prints them';

/** The hash of a definition. */
export const pin = z.string({ error: PIN_EXPECTED }).regex(/^sha256-[0-9a-f]{64}$/, { error: PIN_EXPECTED });
