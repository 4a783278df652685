import { SeverityNumber } from '@opentelemetry/api-logs';
import { JsonLogsSerializer, ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';

import { hashOf } from '../record/chain.ts';
import type { Identity } from '../record/identity.ts';
import type { OtlpSink } from './sink.ts';
import type { SpooledBody, SpooledLine } from './spooled-line.ts';

/** Encodes lines and bodies as one `ExportLogsServiceRequest`. */
export type RequestEncoder = (items: readonly (SpooledLine | SpooledBody)[]) => Uint8Array;

type LogRecord = Parameters<typeof ProtobufLogsSerializer.serializeRequest>[0][number];

/** https://opentelemetry.io/docs/specs/otel/logs/data-model/#field-severitynumber */
const SEVERITY = {
  info: [SeverityNumber.INFO, 'INFO'],
  warning: [SeverityNumber.WARN, 'WARN'],
  error: [SeverityNumber.ERROR, 'ERROR'],
} as const;

const MEDIA_TYPES = { protobuf: 'application/x-protobuf', json: 'application/json' } as const;

export function mediaType(encoding: OtlpSink['encoding']): string {
  return MEDIA_TYPES[encoding];
}

/**
 * One log record per line: the body is the line as text, byte for byte; `llm_boundary.log.origin` and `.position` identify it, also when it
 * is sent again. One per sealed body: the body is the file's bytes, and `llm_boundary.sealed.sha256` identifies it.
 */
export function requestEncoder(
  encoding: OtlpSink['encoding'],
  identity: Identity,
  version: string,
): RequestEncoder {
  const resource = resourceFromAttributes(resourceAttributes(identity, version));
  const scope = { name: 'llm-boundary/audit', version };
  const serializer = encoding === 'json' ? JsonLogsSerializer : ProtobufLogsSerializer;
  return (items) => {
    let lastMs = Date.now();
    const records = items.map((item): LogRecord => {
      // A signature has no time: it follows the lines that it signs.
      lastMs = item.timeMs ?? lastMs;
      const isBody = 'sealed' in item;
      const [severityNumber, severityText] = SEVERITY[isBody ? 'info' : severityOf(item)];
      const time: LogRecord['hrTime'] = [Math.floor(lastMs / 1_000), (lastMs % 1_000) * 1_000_000];
      return {
        hrTime: time,
        hrTimeObserved: time,
        severityNumber,
        severityText,
        eventName: `llm_boundary.${isBody ? 'sealed' : item.kind}`,
        body: isBody ? item.sealed : item.text,
        resource,
        instrumentationScope: scope,
        attributes: isBody ? bodyAttributes(item) : attributesOf(item),
        droppedAttributesCount: 0,
      };
    });
    const request = serializer.serializeRequest(records);
    if (request === undefined) throw new Error('the batch cannot be encoded');
    return request;
  };
}

function attributesOf(line: SpooledLine): Record<string, string | number> {
  return {
    'llm_boundary.log.origin': line.origin,
    'llm_boundary.log.position': line.position,
    'llm_boundary.log.hash': hashOf(line.text),
    'llm_boundary.log.kind': line.kind,
    ...(line.exchange === null ? {} : { 'llm_boundary.exchange': line.exchange }),
    ...(line.verdict === null ? {} : { 'llm_boundary.verdict': line.verdict }),
    ...(line.code === null ? {} : { 'llm_boundary.code': line.code }),
  };
}

/** Without the origin of the line, which would make the record one of a line. */
function bodyAttributes({ sha256, part, exchange }: SpooledBody): Record<string, string> {
  return {
    'llm_boundary.sealed.sha256': sha256,
    'llm_boundary.sealed.part': part,
    ...(exchange === null ? {} : { 'llm_boundary.exchange': exchange }),
  };
}

function severityOf({ kind, verdict, outcome, code }: SpooledLine): keyof typeof SEVERITY {
  if (outcome === 'upstream_failed' || code?.endsWith('_unavailable') === true) return 'error';
  if (verdict === 'block' || verdict === 'redact') return 'warning';
  return kind === 'clock' || kind === 'recovered' || kind === 'pruned' ? 'warning' : 'info';
}

/** Names of the semantic conventions; unknown values are omitted. */
export function resourceAttributes(identity: Identity, version: string): Record<string, string> {
  const known: readonly (readonly [string, string | null])[] = [
    ['service.name', 'llm-boundary-sidecar'],
    ['service.version', version],
    ['service.instance.id', identity.pod_uid ?? identity.host],
    ['host.name', identity.host],
    ['k8s.cluster.name', identity.cluster],
    ['k8s.namespace.name', identity.namespace],
    ['k8s.pod.name', identity.pod],
    ['k8s.pod.uid', identity.pod_uid],
    ['k8s.node.name', identity.node],
    ['k8s.serviceaccount.name', identity.service_account],
  ];
  return Object.fromEntries(
    known.flatMap(([name, value]) => (value === null || value === '' ? [] : [[name, value] as const])),
  );
}
