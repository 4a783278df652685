import { readdirSync, readFileSync } from 'node:fs';

import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

/** The Pod Security levels that a namespace can enforce. */
export const LEVELS = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof LEVELS)[number];

/** What a workload needs beside HTTP on its port: each must be carried, or a warning must say that it is not. */
const NEEDS = [
  'children-of-root',
  'database',
  'hook-call',
  'kubernetes-api',
  'other-pods',
  'unread-environment',
  'own-port-in-urls',
] as const;
export type Need = (typeof NEEDS)[number];

/** What an author does upon one refusal. */
const fix = z.strictObject({
  /** Merged into the pod template: lists whose items have a name by that name, other lists whole. */
  template: z.record(z.string(), z.unknown()).default({}),
  /** Ports for `endpoints.tcp` of the policy. */
  tcp: z.array(z.number()).default([]),
  /** Where the fix is to run the pod in a namespace that admits redirect. */
  namespace: z.literal('privileged').nullable().default(null),
});

const expected = z.union([z.string(), z.array(z.string())]);

const head = z.strictObject({
  title: z.string(),
  /** The chart or page that the manifest is written after. */
  after: z.string(),
  needs: z.array(z.enum(NEEDS)).default([]),
  /** By code of refusal. */
  fixes: z.record(z.string(), fix).default({}),
  /** One text for each pod template, or one for all. */
  expect: z.strictObject({ privileged: expected, baseline: expected, restricted: expected }),
});

/** One workload of the catalogue: how people deploy it, and what must come out. */
export interface Case extends z.infer<typeof head> {
  /** Folder and file without its ending: `engines/vllm`. */
  readonly name: string;
  readonly documents: readonly Readonly<Record<string, unknown>>[];
}

const document = z.record(z.string(), z.unknown());

/** @throws Error for a file that is not a case */
export function readCases(root: URL): readonly Case[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders
    .flatMap(({ name: folder }) =>
      readdirSync(new URL(`${folder}/`, root)).map((file) => {
        const text = readFileSync(new URL(`${folder}/${file}`, root), 'utf8');
        const [first, ...rest] = parseAllDocuments(text).map((each) => {
          const [fault] = each.errors;
          if (fault !== undefined) throw new Error(`${folder}/${file}: ${fault.message}`);
          return document.parse(each.toJS());
        });
        return { ...head.parse(first), name: `${folder}/${file.replace(/\.yaml$/, '')}`, documents: rest };
      }),
    )
    .sort((a, b) => a.name.localeCompare(b.name));
}
