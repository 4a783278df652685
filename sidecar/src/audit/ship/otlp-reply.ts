import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';

import type { OtlpSink } from './sink.ts';
import { isObject } from './json-object.ts';

/** A receiver's statement about the records, spans or data points of a request that it answered with 2xx. */
interface Verdict {
  /** Number of rejected records. */
  readonly rejected: number;
  /** The receiver's message, for the log. */
  readonly message: string;
}

/**
 * Parses the `ExportLogsServiceResponse` of a reply, which has the same form for every signal in protobuf; null if the body is not one, so that the result is unknown. An empty body is valid in
 * protobuf, and some receivers send none in JSON either. The parsers of the packages accept any text as an empty response, hence the
 * checks.
 */
export function readReply(encoding: OtlpSink['encoding'], contentType: string, body: Buffer): Verdict | null {
  if (body.length === 0) return { rejected: 0, message: '' };
  const isJson = /^application\/json\b/i.test(contentType);
  if (!isJson && !(encoding === 'protobuf' && /^application\/x-protobuf\b/i.test(contentType))) return null;
  try {
    const reply: unknown = isJson
      ? JSON.parse(body.toString())
      : ProtobufLogsSerializer.deserializeResponse(body);
    return verdictIn(reply);
  } catch {
    return null;
  }
}

/** In JSON every signal has its own name for it, which some receivers write as in the schema. */
const REJECTED = [
  'rejectedLogRecords',
  'rejected_log_records',
  'rejectedSpans',
  'rejected_spans',
  'rejectedDataPoints',
  'rejected_data_points',
];

function verdictIn(reply: unknown): Verdict | null {
  if (!isObject(reply)) return null;
  const partial = reply['partialSuccess'] ?? reply['partial_success'] ?? {};
  if (!isObject(partial)) return null;
  const count = REJECTED.map((name) => partial[name]).find((value) => value !== undefined);
  const rejected = Number(count ?? 0);
  const message = partial['errorMessage'] ?? partial['error_message'] ?? '';
  if (!Number.isSafeInteger(rejected) || rejected < 0) return null;
  return { rejected, message: typeof message === 'string' ? message : '' };
}
