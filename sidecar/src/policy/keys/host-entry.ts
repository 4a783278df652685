import { z } from 'zod';

import { host, path } from '../kinds/scalars.ts';
import type { HostPaths } from '../patterns/host-entry.ts';

const ENTRY_EXPECTED =
  'expected a host, such as "api.example.com", or a host with the paths that may be called, such as { host: "api.example.com", paths: ["/v1/*"] }';

const hostPaths = z
  .strictObject({
    host: host.describe('A host, as in a plain entry.'),
    paths: z
      .array(path)
      .min(1, { error: 'expected at least one path, such as "/v1/*"' })
      .max(256)
      .describe(
        'Paths as the server sees them, the base path of a provider included; with `*` at the end, everything that begins so. Requests for other paths are refused, and so are TLS tunnels to the host, whose paths cannot be seen.',
      ),
  })
  .transform(({ host: name, paths }): HostPaths => ({ host: name, paths: [...new Set(paths)].sort() }));

/** An entry of `action.hosts`: a host, or some of its paths. */
export const hostEntry = z.union([host, hostPaths], { error: ENTRY_EXPECTED });
