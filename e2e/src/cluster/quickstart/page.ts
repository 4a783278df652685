import { readFileSync } from 'node:fs';

import { ROOT } from '../cluster.ts';

/** A command of the page, on one line, and the heading that it stands under. */
export interface Command {
  readonly heading: string;
  readonly line: string;
}

/** The commands of the quick start in their order: every line of its blocks of `sh`, continued lines joined. */
export function commandsOf(page: string): readonly Command[] {
  return page.split(/^## /m).flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? '';
    return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].flatMap(([, block = '']) =>
      block
        .replace(/\s*\\\n\s*/g, ' ')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .map((line) => ({ heading, line })),
    );
  });
}

export function quickstartCommands(): readonly Command[] {
  return commandsOf(readFileSync(`${ROOT}docs/guide/quickstart.md`, 'utf8'));
}

/** What a command of the page becomes in a self-built cluster, which is there already and pulls no images. */
export type Equivalent =
  | 'the build is there'
  | 'the cluster is there'
  | 'images are made'
  | 'images are tagged'
  | 'it is taken away';

export const EQUIVALENTS: readonly (readonly [RegExp, Equivalent])[] = [
  [/^npm ci && npm run build$/, 'the build is there'],
  [/^kind create cluster /, 'the cluster is there'],
  [/^docker build -f (sidecar|webhook)\/Dockerfile -t llm-boundary\/\1:[\d.]+ \.$/, 'images are made'],
  [
    /^kind load docker-image llm-boundary\/sidecar:\S+ llm-boundary\/webhook:\S+ --name /,
    'images are tagged',
  ],
  [/^kind delete cluster /, 'it is taken away'],
];

/** Null: the command runs as it stands on the page. */
export function equivalentOf(line: string): Equivalent | null {
  return EQUIVALENTS.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}

/** Files that a command writes into the working folder. */
export function filesWritten(line: string): readonly string[] {
  return [...line.matchAll(/ > ([\w.-]+)/g)].map(([, file = '']) => file);
}
