import { z } from 'zod';

import { portRange } from '../patterns/ports.ts';

const GLOB_EXPECTED =
  'expected a name in which * stands for any characters and ? for one, without spaces, up to 256 characters';

/** A name with `*` (any characters) and `?` (one character). Case-sensitive, matches the whole name. */
export const glob = z
  .string({ error: GLOB_EXPECTED })
  .regex(/^[^\s\p{Cc}]{1,256}$/u, { error: GLOB_EXPECTED });

const PATH_EXPECTED = 'expected a path that begins with / and may end in *';

/** A request path, or with a final `*` all paths with that prefix. */
export const path = z
  .string({ error: PATH_EXPECTED })
  .regex(/^\/[^\s?#*%]{0,500}\*?$/, { error: PATH_EXPECTED });

const HOST =
  /^(\*|(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*|\[[0-9a-f:.]+\])(:([0-9]{1,5}|\*))?$/;
const HOST_EXPECTED =
  'expected a host in lower case: "api.example.com", "*.example.com" (any name below it), "example.com:8080", "example.com:*" (any port), "[2001:db8::1]" or "*"';

/** Without a port: 80 and 443. */
export const host = z
  .string({ error: HOST_EXPECTED })
  .max(300, { error: HOST_EXPECTED })
  .regex(HOST, { error: HOST_EXPECTED });

const TCP_HOST =
  /^([a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*|[0-9a-f]*:[0-9a-f:.]+)$/;
const TCP_HOST_EXPECTED =
  'expected one host in lower case, without a wildcard or port: "postgres.ml.svc", "10.20.0.7" or "2001:db8::1"';

/** The name of a server to dial, without wildcards. */
export const tcpHost = z
  .string({ error: TCP_HOST_EXPECTED })
  .max(255, { error: TCP_HOST_EXPECTED })
  .regex(TCP_HOST, { error: TCP_HOST_EXPECTED });

const PORTS_EXPECTED =
  'expected a port (a whole number from 1 to 65535) or a range of them, such as "30000-32767"';

/** One port, or an inclusive range. */
export const tcpPorts = z.union(
  [
    z.int({ error: PORTS_EXPECTED }).min(1, { error: PORTS_EXPECTED }).max(65_535, { error: PORTS_EXPECTED }),
    z
      .string({ error: PORTS_EXPECTED })
      .regex(/^\d{1,5}-\d{1,5}$/, { error: PORTS_EXPECTED, abort: true })
      .refine((text) => portRange(text) !== null, { error: PORTS_EXPECTED }),
  ],
  { error: PORTS_EXPECTED },
);

const LINK_HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/;
const LINK_HOST_EXPECTED =
  'expected a host in lower case without a port: "docs.example.com" or "*.example.com" (any name below it); to allow every host, say action: off';

/** Links are judged by name alone: the port does not change who gets the data. */
export const linkHost = z
  .string({ error: LINK_HOST_EXPECTED })
  .max(255, { error: LINK_HOST_EXPECTED })
  .regex(LINK_HOST, { error: LINK_HOST_EXPECTED });

const ID_EXPECTED =
  'expected an id of lower-case letters, digits, dots and dashes, at most 64 characters, beginning with a letter';

/** Used in metrics and records, so it is bounded and holds no content. */
export const ruleId = z
  .string({ error: ID_EXPECTED })
  .regex(/^[a-z][a-z0-9.-]{0,63}$/, { error: ID_EXPECTED });
