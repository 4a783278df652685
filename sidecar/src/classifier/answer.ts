/** What came of one request. `reason` has no content. */
export type Answer =
  | { readonly kind: 'answered'; readonly score: number }
  /** The model takes no text of this length. */
  | { readonly kind: 'too-long' }
  /** Not before the signal. */
  | { readonly kind: 'late'; readonly reason: string }
  /** No connection, or an error of the server. */
  | { readonly kind: 'failed'; readonly reason: string }
  /** It does not take the request, or its answer is not of the protocol: the same request would have the same answer. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** A shorter text is not refused for its length. Bytes. */
export const SHORT_TEXT = 64;

/** TEI answers 413, pipelines 422, vLLM and Triton 400: all of them for other faults too. */
const MAYBE_TOO_LONG: ReadonlySet<number> = new Set([400, 413, 422]);
/** Overload, and TEI's failed backend. */
const OF_SERVER: ReadonlySet<number> = new Set([424, 429]);
/** How vLLM, Triton, KServe and servers of their kind say that they have no such model. */
const NO_MODEL =
  /unknown model|no such model|model_not_found|\bmodel\b.{0,300}?(?:does not exist|not found)/is;

/**
 * What an answer with another status than 200 means. A text that is refused without a word of the model counts as too long until it is short,
 * since servers say so in many ways. `bytes`: of the text.
 */
export function refusalOf(status: number, body: string, bytes: number): Answer {
  if (status >= 500 || OF_SERVER.has(status)) return { kind: 'failed', reason: `HTTP ${status}` };
  if (status === 401 || status === 403)
    return invalid(status, 'it does not take the token; name the file with one that it takes in tokenFile');
  // Some servers answer with the text, which could be written to look like this.
  const isOfServer = status === 404 || bytes <= SHORT_TEXT || Buffer.byteLength(body) <= bytes;
  if (isOfServer && NO_MODEL.test(body))
    return invalid(
      status,
      'it has no model of this name; set model, or the path of url under kserve-v2, to one that it serves',
    );
  if (status === 404 || status === 405)
    return invalid(status, 'it has no such path; set url to the one of the protocol');
  if (!MAYBE_TOO_LONG.has(status)) return invalid(status, 'it does not take the request');
  if (bytes > SHORT_TEXT) return { kind: 'too-long' };
  return invalid(
    status,
    `it does not take a text of ${bytes} bytes either; look at protocol, model and input, and at the log of the server`,
  );
}

function invalid(status: number, advice: string): Answer {
  return { kind: 'invalid', reason: `HTTP ${status}: ${advice}` };
}
