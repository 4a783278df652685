/** One problem of a policy: place, expected value and fix. Never quotes content of an exchange. */
export interface Problem {
  /** Source: a file name, or `FILE data["policy.yaml"]`. */
  readonly source: string;
  /** From 1; null without a position (a missing file). */
  readonly line: number | null;
  readonly column: number | null;
  /** `egress.rules[2].pattern`; empty for the document as a whole. */
  readonly path: string;
  readonly message: string;
}

/** An invalid policy, with all of its problems. */
export class PolicyInvalid extends Error {
  override readonly name = 'PolicyInvalid';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join('\n'));
    this.problems = problems;
  }
}

/** `support-bot.yaml:12:7: egress.pi: unknown key; did you mean egress.pii?` */
export function formatProblem({ source, line, column, path, message }: Problem): string {
  const place = line === null ? source : `${source}:${line}:${column ?? 1}`;
  return path === '' ? `${place}: ${message}` : `${place}: ${path}: ${message}`;
}

export type PathPart = string | number;

/** Keys that are not identifiers are quoted, so that the path can be parsed: `outbound.providers["my llm"].url`. */
export function formatPath(path: readonly PathPart[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[A-Za-z_][\w-]*$/.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part)}]`;
  }
  return text;
}

/** A file or folder is not there. */
export function isGone(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
}

/** The message of an error, also of one from another realm. */
export function reasonOf(error: unknown): string {
  const named = typeof error === 'object' && error !== null && 'message' in error ? error.message : null;
  return typeof named === 'string' ? named : 'unknown reason';
}
