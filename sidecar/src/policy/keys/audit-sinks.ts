import { z } from 'zod';

import { sorted } from '../kinds/canonical-json.ts';
import { key, mapping } from '../kinds/key.ts';
import { duration, size } from '../kinds/quantity.ts';
import { fixed, smallest, strict, type Rule } from '../kinds/rule.ts';

const ENDPOINT_EXPECTED =
  'expected the URL of an OTLP/HTTP receiver, such as "https://collector.observability.svc:4318", without user, query or fragment';

/** `http(s)://HOST[:PORT][/PATH]`, canonical; the default path is the protocol's for logs. */
const endpoint = z
  .string({ error: ENDPOINT_EXPECTED })
  .max(500, { error: ENDPOINT_EXPECTED })
  .regex(/^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/, { error: ENDPOINT_EXPECTED })
  .refine((url) => URL.canParse(url), { error: ENDPOINT_EXPECTED })
  .transform((url) => {
    const parsed = new URL(url);
    if (parsed.pathname === '/') parsed.pathname = '/v1/logs';
    return parsed.href;
  });

const SINK_EXPECTED = 'expected "file", "stdout" or a mapping with otlp';

const DAY_MS = 24 * 60 * 60 * 1_000;

const otlp = mapping({
  endpoint: key(
    endpoint.describe(
      'URL of an OpenTelemetry collector or any other OTLP/HTTP receiver. Without a path: `/v1/logs`. Credentials are no part of a policy: `--otlp-credentials`.',
    ),
    fixed(),
  ),
  encoding: key(
    z
      .enum(['protobuf', 'json'])
      .default('protobuf')
      .describe('Where layers differ, `protobuf`. Default: `protobuf`.'),
    strict<'protobuf' | 'json'>('protobuf'),
  ),
  compression: key(
    z.enum(['none', 'gzip']).default('none').describe('Where layers differ, `gzip`. Default: `none`.'),
    strict<'none' | 'gzip'>('gzip'),
  ),
  bodies: key(
    z
      .boolean()
      .default(false)
      .describe(
        'Sends sealed bodies (`content: sealed`) too, each before the line that names it; those of more than 8 MiB stay on the audit volume. Where layers differ, `false`. Default: false.',
      ),
    strict<boolean>(false),
  ),
  required: key(
    z
      .boolean()
      .default(false)
      .describe(
        'Beyond `unsentBytes` or `unsentFor` new exchanges are refused (503 `audit_undelivered`) and the sidecar is not ready, until the sink has caught up. `false`: the backlog is only measured. `true` of any layer wins. Default: false.',
      ),
    strict<boolean>(true),
  ),
  unsentBytes: key(
    size(2 ** 40)
      .default(64 * 1024 * 1024)
      .describe('Largest backlog of a required sink. The smallest wins. Default: 64MiB.'),
    smallest,
  ),
  unsentFor: key(
    duration(DAY_MS)
      .default(300_000)
      .describe('Longest delay of a record to a required sink. The smallest wins. Default: 5m.'),
    smallest,
  ),
});

const sink = z.union(
  [
    z.enum(['file', 'stdout']),
    z.strictObject({
      otlp: otlp.schema.describe(
        'Sends each record to this receiver as well, with the audit files as the queue.',
      ),
    }),
  ],
  { error: SINK_EXPECTED },
);

type AuditSink = z.output<typeof sink>;

/** A layer's settings for one receiver. */
export type OtlpSinkSetting = z.output<typeof otlp.schema>;

/** Sinks of all layers are combined; settings of one receiver meet. */
const sinksOfLayers: Rule<AuditSink[]> = {
  meet: (a, b) => merged([...a, ...b]),
  canonical: (entries) => sorted(merged(entries)),
};

function merged(entries: readonly AuditSink[]): AuditSink[] {
  const names = new Set<'file' | 'stdout'>();
  const receivers = new Map<string, OtlpSinkSetting>();
  for (const entry of entries)
    if (typeof entry === 'string') names.add(entry);
    else {
      const before = receivers.get(entry.otlp.endpoint);
      receivers.set(entry.otlp.endpoint, before === undefined ? entry.otlp : otlp.meet(before, entry.otlp));
    }
  return [...names, ...[...receivers.values()].map((each) => ({ otlp: each }))];
}

export const sinks = {
  schema: z
    .array(sink)
    .min(1)
    .optional()
    .describe(
      'Where records go: `file`, `stdout`, and mappings with `otlp`. `required` and `otlp` always include `file`. Entries from all layers are combined; of one endpoint the stricter settings. Default: `[file, stdout]` where the sidecar runs with `--audit-stdout`, as injected sidecars do, else `[file]`. Lists without `stdout` turn that copy off.',
    ),
  rule: sinksOfLayers,
};
