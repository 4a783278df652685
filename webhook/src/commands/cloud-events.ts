import { join } from 'node:path';

import { UsageError } from '@llm-boundary/sidecar/flags';
import type { Logger } from 'pino';

import { HttpSink } from '../cloud-events/http-sink.ts';
import { Outbox } from '../cloud-events/outbox.ts';
import { WaitingFile } from '../cloud-events/waiting-file.ts';
import type { AnchorMetrics } from '../telemetry/anchor-metrics.ts';
import type { AnchorFlags } from './anchor-flags.ts';

/** The outbox of the flags; null: no URL was given. @throws UsageError */
export async function outboxOf(
  flags: AnchorFlags,
  { metrics, log }: { readonly metrics: AnchorMetrics; readonly log: Logger },
): Promise<Outbox | null> {
  const text = flags['cloud-events-url'];
  if (text === null) return null;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '')
    throw new UsageError(
      `--cloud-events-url ${JSON.stringify(text)}: expected http:// or https://, without a user`,
    );
  const dir = flags['cloud-events-dir'];
  if (dir === null) throw new UsageError('--cloud-events-url needs --cloud-events-dir');
  const sink = new HttpSink(url, dir, Date.now);
  const fault = await sink.fault();
  if (fault !== null) throw new UsageError(`--cloud-events-dir ${dir}: ${fault}`);
  const warn = (warning: string): void => log.warn(warning);
  const file = new WaitingFile({ path: join(flags.dir, 'cloud-events.json'), warn });
  const outbox = new Outbox({
    file,
    left: await file.read(),
    send: (event) => sink.send(event),
    source: flags['cloud-events-source'] ?? '/llm-boundary',
    count: (result) => metrics.cloudEvents.inc({ result }),
    warn,
    now: Date.now,
  });
  metrics.watchWaiting(() => outbox.waiting);
  return outbox;
}
