import { z } from 'zod';

const FILE_EXPECTED =
  'expected the name of a file in the folder of secrets: letters, digits and ".", "_", "-", such as "desk.keys"';

/** A key of a Secret, which is the name of a file where it is mounted; none leads out of the folder. */
export const secretFile = z
  .string({ error: FILE_EXPECTED })
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/, { error: FILE_EXPECTED });
