/** Where the record is sent, as policy says. */
export interface OtlpSink {
  /** The URL that logs are posted to. */
  readonly endpoint: string;
  readonly encoding: 'protobuf' | 'json';
  readonly compression: 'gzip' | 'none';
  /** Beyond the bounds nothing new begins. */
  readonly required: boolean;
  readonly unsentBytes: number;
  readonly unsentMs: number;
}
