import type { z } from 'zod';

import { nearest } from '../kinds/nearest.ts';
import { formatPath, type PathPart } from '../kinds/problem.ts';
import { keysAt, pathsOf } from '../keys/key-paths.ts';

/** One fault of a document, in terms of the document. */
export interface Fault {
  readonly path: readonly PathPart[];
  readonly at: 'key' | 'value';
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** Zod's issues as faults. For a union, those of the intended branch. */
export function explainIssues(issues: readonly Issue[], above: readonly PathPart[] = []): readonly Fault[] {
  return issues.flatMap((issue) => explain(issue, [...above, ...issue.path.map(asPart)]));
}

function asPart(key: PropertyKey): PathPart {
  return typeof key === 'number' ? key : String(key);
}

function explain(issue: Issue, path: readonly PathPart[]): readonly Fault[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ path: [...path, key], at: 'key', message: unknownKey(path, key) }));
    case 'invalid_union': {
      const meant = meantBranch(issue.errors);
      if (meant !== null) return explainIssues(meant, path);
      return [
        { path, at: 'value', message: issue.message === 'Invalid input' ? expectedAt(path) : issue.message },
      ];
    }
    case 'invalid_value':
      return [
        {
          path,
          at: 'value',
          message: issue.message.startsWith('expected')
            ? issue.message
            : `expected ${oneOf(issue.values.map(String))}`,
        },
      ];
    case 'invalid_key':
      return explainIssues(issue.issues, path).map((fault) => ({ ...fault, path, at: 'key' }));
    case 'invalid_type':
      return [
        {
          path,
          at: 'value',
          message: issue.message.startsWith('expected') ? issue.message : wrongType(issue),
        },
      ];
    case 'too_small':
    case 'too_big':
      return [
        {
          path,
          at: 'value',
          message: issue.message.startsWith('expected') ? issue.message : outOfRange(issue),
        },
      ];
    default:
      return [{ path, at: 'value', message: issue.message }];
  }
}

/** The branch whose faults are deeper than the value itself, or its length: its kind (list or mapping) matches. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | null {
  const long = branches.find(
    ([issue]) => issue?.code === 'too_big' && issue.origin === 'array' && issue.path.length === 0,
  );
  if (long !== undefined) return long;
  const fits = branches.filter(
    (branch) => !branch.some((issue) => issue.path.length === 0 && issue.code !== 'unrecognized_keys'),
  );
  return fits.length === 1 ? (fits[0] ?? null) : null;
}

function unknownKey(path: readonly PathPart[], key: string): string {
  const keys = keysAt(path);
  const near = nearest(key, keys);
  if (near !== null) return `unknown key; did you mean ${formatPath([...path, near])}?`;
  const elsewhere = pathsOf(key);
  if (elsewhere.length > 0) return `unknown key here; did you mean ${elsewhere.join(' or ')}?`;
  return keys.length === 0 ? 'unknown key' : `unknown key; valid here: ${keys.join(', ')}`;
}

function expectedAt(path: readonly PathPart[]): string {
  const keys = keysAt(path);
  return keys.length === 0
    ? 'not a value that is allowed here'
    : `expected a list, or a mapping of ${keys.join(', ')}`;
}

function wrongType(issue: Extract<Issue, { code: 'invalid_type' }>): string {
  const names: Readonly<Record<string, string>> = {
    object: 'a mapping',
    array: 'a list',
    string: 'a text (quote it)',
    int: 'a whole number',
    boolean: 'true or false',
    number: 'a number',
  };
  const expected = names[issue.expected] ?? issue.expected;
  return issue.message.includes('received undefined')
    ? `missing; expected ${expected}`
    : `expected ${expected}`;
}

function outOfRange(issue: Extract<Issue, { code: 'too_small' | 'too_big' }>): string {
  const bound = String(issue.code === 'too_small' ? issue.minimum : issue.maximum);
  const side = issue.code === 'too_small' ? 'at least' : 'at most';
  const unit: Readonly<Record<string, string>> = {
    array: ' entries',
    string: ' characters',
    number: '',
    int: '',
  };
  return `expected ${side} ${bound}${unit[issue.origin] ?? ''}`;
}

function oneOf(values: readonly string[]): string {
  if (values.length < 2) return values.join('');
  return `${values.slice(0, -1).join(', ')} or ${values.at(-1) ?? ''}`;
}
