/** Receives the decoded bytes of one reply. */
export interface ReplyBody {
  /** False: pause until `transfer.resume()`. */
  data(chunk: Buffer): boolean;
  end(trailers: Trailers): void;
  /** The upstream aborted, or its reply cannot be decoded. */
  fail(error: Error): void;
}

export type Trailers = readonly (readonly [string, string])[];
