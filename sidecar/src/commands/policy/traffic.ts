import { z } from 'zod';

import { UsageError } from '../flags/flags.ts';
import type { Verdict } from '../../exchange/verdict.ts';
import type { Actor, DialectId, Identity } from '../../exchange/index.ts';
import { authorityText, canonicalAuthority } from '../../http/head/host.ts';
import { explainIssues } from '../../policy/document/explain-issue.ts';
import { formatPath, type PathPart } from '../../policy/kinds/problem.ts';

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

/** A line that is no exchange. */
export class TrafficInvalid extends UsageError {
  /** From 1. */
  readonly line: number;
  /** Within the line; empty: the line as a whole. */
  readonly path: readonly PathPart[];
  /** The path as text: `request.model`. */
  readonly pathText: string;
  readonly at: 'key' | 'value';
  /** The message without its place. */
  readonly reason: string;

  constructor(
    place: string,
    line: number,
    { path, at, reason }: Pick<TrafficInvalid, 'path' | 'at' | 'reason'>,
  ) {
    const pathText = formatPath(path);
    super(`${place}: ${pathText === '' ? '' : `${pathText}: `}${reason}`);
    this.pathText = pathText;
    this.line = line;
    this.path = path;
    this.at = at;
    this.reason = reason;
  }
}

/** Reads JSON lines; empty lines are skipped. @throws TrafficInvalid naming file, line and what is expected. */
export function parseTraffic(text: string, source: string): readonly TrafficLine[] {
  return text
    .split('\n')
    .flatMap((row, index) => (row.trim() === '' ? [] : [parseLine(row, index + 1, source)]));
}

function parseLine(row: string, number: number, source: string): TrafficLine {
  const written = readLine(row, number, source);
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

function readLine(row: string, number: number, source: string): z.output<typeof line> {
  const place = `${source}:${number}`;
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw new TrafficInvalid(place, number, {
      ...{ path: [], at: 'value', reason: 'not JSON; expected one exchange as a JSON object per line' },
    });
  }
  const parsed = line.safeParse(value);
  if (parsed.success) return parsed.data;
  const [{ path, at, message } = { path: [], at: 'value', message: 'not an exchange' } as const] =
    explainIssues(parsed.error.issues);
  throw new TrafficInvalid(place, number, { path, at, reason: at === 'key' ? 'unknown key' : message });
}

/** The stricter of two outcomes. */
export function stricter(a: Outcome, b: Outcome): Outcome {
  const order: readonly Outcome[] = ['pass', 'allow', 'redact', 'block'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}

export function outcomeOf(verdict: Verdict | 'pass'): Outcome {
  return verdict === 'pass' ? 'pass' : verdict.kind;
}
