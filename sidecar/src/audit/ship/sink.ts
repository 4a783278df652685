/** An OTLP sink of the policy. */
export interface OtlpSink {
  /** The URL of the logs. */
  readonly endpoint: string;
  readonly encoding: 'protobuf' | 'json';
  readonly compression: 'gzip' | 'none';
  /** Sealed bodies are sent too. */
  readonly bodies: boolean;
  /** Above the limits no exchange starts. */
  readonly required: boolean;
  readonly unsentBytes: number;
  readonly unsentMs: number;
}
