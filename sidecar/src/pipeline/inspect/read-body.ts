import type { FoundDialect, JsonObject } from '../../dialects/index.ts';
import type { Verdict } from '../../exchange/index.ts';
import type { RequestHead } from './inspector.ts';

/** A body as an object. */
export interface ReadBody {
  readonly value: JsonObject;
  /** The text that pointers lead into; null if nothing in the body can be replaced. */
  readonly text: string | null;
}

/** @throws Malformed */
export type BodyReading = (body: Buffer) => ReadBody;

export const NO_BODY: ReadBody = { value: {}, text: null };

/** Null if the dialect has no forms, or the request is none. */
export function formReader(dialect: FoundDialect['dialect'], { header }: RequestHead): BodyReading | null {
  const type = header('content-type') ?? '';
  const { readForm } = dialect;
  if (readForm === undefined || !/^multipart\//i.test(type)) return null;
  return (body) => ({ value: readForm(body, type), text: null });
}

/** The verdict on a body in which nothing can be replaced. */
export function withoutRedaction(verdict: Verdict): Verdict {
  if (verdict.kind !== 'redact') return verdict;
  const [hit] = verdict.hits.filter(({ mode, action }) => mode === 'enforce' && action !== 'block');
  const detail = `nothing can be replaced in a form; a rule of ${hit?.control ?? 'ingress'} would replace part of it, and with mode observe let it pass`;
  const code = hit?.code ?? 'content_refused';
  return { kind: 'block', hits: verdict.hits, code, detail, retryAfterSeconds: null };
}
