import { z } from 'zod';

import { UsageError } from '../flags/flags.ts';
import type { Verdict } from '../../exchange/verdict.ts';
import type { Actor, DialectId, Identity } from '../../exchange/index.ts';
import { authorityText, canonicalAuthority } from '../../http/head/host.ts';
import { explainIssues } from '../../policy/document/explain-issue.ts';
import { formatPath } from '../../policy/kinds/problem.ts';

/** Dialects whose route names the model or the task. */
type ManyRoutes = 'gemini' | 'triton' | 'kserve' | 'texts';

/** The route of each dialect with a single one. */
const ROUTES: Readonly<Record<Exclude<DialectId, ManyRoutes>, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-completions': '/v1/completions',
  'openai-responses': '/v1/responses',
  'openai-embeddings': '/v1/embeddings',
  'openai-speech': '/v1/audio/speech',
  'openai-transcriptions': '/v1/audio/transcriptions',
  'anthropic-messages': '/v1/messages',
  'ollama-chat': '/api/chat',
  'ollama-generate': '/api/generate',
  'ollama-embed': '/api/embed',
  'ollama-show': '/api/show',
  generate: '/generate',
  llamacpp: '/completion',
  mcp: '/mcp',
};

const outcome = z.enum(['allow', 'redact', 'block', 'pass']);

const expectation = z.union([
  outcome,
  z.strictObject({
    request: outcome.optional(),
    reply: outcome.optional(),
    code: z.string().optional(),
    /** Rules that must be among the hits, observed ones too. */
    hits: z.array(z.string()).optional(),
  }),
]);

const actor: z.ZodType<Actor> = z.lazy(() =>
  z.strictObject({
    subject: z.string(),
    issuer: z.string().nullable().default(null),
    actor: actor.nullable().default(null),
  }),
);

/** As if it had been verified. */
const caller = z.strictObject({
  subject: z.string(),
  issuer: z.string().default(''),
  groups: z.array(z.string()).nullable().default(null),
  claims: z.record(z.string(), z.unknown()).default({}),
  actor: actor.nullable().default(null),
});

const line = z
  .strictObject({
    name: z.string().optional(),
    dialect: z.enum(Object.keys(ROUTES) as (keyof typeof ROUTES)[]).optional(),
    method: z.string().default('POST'),
    path: z.string().startsWith('/').optional(),
    /** `host[:port]` of an outbound exchange, in any spelling of a `Host` header. */
    host: z
      .string()
      .transform((text, context) => {
        const authority = canonicalAuthority(text);
        if (authority !== null) return authorityText(authority, 80);
        context.addIssue({ code: 'custom', message: 'expected host[:port]' });
        return z.NEVER;
      })
      .optional(),
    /** Of an inbound exchange. Default: anonymous. */
    caller: caller.optional(),
    /** Of an exchange with an MCP server, the header of that name. Default: what `_meta` of the request names. */
    protocolVersion: z.string().optional(),
    request: z.unknown().optional(),
    response: z.unknown().optional(),
    /** Of the reply. Default: 200. */
    status: z.int().min(100).max(599).optional(),
    /** Media type of the reply, if it differs from that of its form. */
    contentType: z.string().optional(),
    stream: z.boolean().optional(),
    expect: expectation.optional(),
  })
  .refine(({ dialect, path }) => (dialect === undefined) !== (path === undefined), {
    error: 'expected either dialect or path',
  });

export type Outcome = z.output<typeof outcome>;
type Expectation = Exclude<z.output<typeof expectation>, string>;

/** One line of a traffic file. */
export interface TrafficLine {
  /** From 1. */
  readonly line: number;
  /** Name of the line, else method and path. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly host: string | null;
  /** Null: anonymous. */
  readonly identity: Identity | null;
  readonly protocolVersion: string | null;
  readonly request: unknown;
  readonly response: unknown;
  readonly status?: number;
  readonly contentType?: string;
  readonly expect: Expectation | Outcome | null;
}

/** Reads JSON lines; empty lines are skipped. @throws UsageError naming file, line and what is expected. */
export function parseTraffic(text: string, source: string): readonly TrafficLine[] {
  return text
    .split('\n')
    .flatMap((row, index) => (row.trim() === '' ? [] : [parseLine(row, index + 1, source)]));
}

function parseLine(row: string, number: number, source: string): TrafficLine {
  const written = readLine(row, `${source}:${number}`);
  const { dialect, method, request = null } = written;
  const path = written.path ?? (dialect === undefined ? '/' : ROUTES[dialect]);
  return {
    line: number,
    name: written.name ?? `${method} ${path}`,
    method,
    path,
    host: written.host ?? null,
    protocolVersion: written.protocolVersion ?? null,
    identity: written.caller === undefined ? null : { via: 'jwt', ...written.caller },
    request:
      written.stream === undefined || typeof request !== 'object'
        ? request
        : { stream: written.stream, ...request },
    response: written.response ?? null,
    ...(written.status === undefined ? {} : { status: written.status }),
    ...(written.contentType === undefined ? {} : { contentType: written.contentType.toLowerCase() }),
    expect: written.expect ?? null,
  };
}

function readLine(row: string, place: string): z.output<typeof line> {
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw new UsageError(`${place}: not JSON; expected one exchange as a JSON object per line`);
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  const [fault] = explainIssues(parsed.error.issues);
  const where = fault === undefined || fault.path.length === 0 ? '' : `${formatPath(fault.path)}: `;
  throw new UsageError(
    `${place}: ${where}${fault?.at === 'key' ? 'unknown key' : (fault?.message ?? 'not an exchange')}`,
  );
}

/** The stricter of two outcomes. */
export function stricter(a: Outcome, b: Outcome): Outcome {
  const order: readonly Outcome[] = ['pass', 'allow', 'redact', 'block'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

export function outcomeOf(verdict: Verdict | 'pass'): Outcome {
  return verdict === 'pass' ? 'pass' : verdict.kind;
}
