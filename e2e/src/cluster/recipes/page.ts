import { readFileSync } from 'node:fs';

import { ROOT } from '../cluster.ts';
import { commandsOf } from '../quickstart/page.ts';

/** A recipe of the cookbook, and where its manifest is applied. */
export interface Recipe {
  readonly name: string;
  /** As the table of the page says; where it says any, that of the agents. */
  readonly namespace: string;
}

export const RECIPES: readonly Recipe[] = [
  { name: 'vllm', namespace: 'models' },
  { name: 'ollama', namespace: 'models' },
  { name: 'kserve', namespace: 'models' },
  { name: 'rag-bot', namespace: 'rag' },
  { name: 'langgraph', namespace: 'agents' },
  { name: 'coding-agent', namespace: 'agents' },
  { name: 'mcp-agent', namespace: 'default' },
  { name: 'batch-job', namespace: 'agents' },
];

/** Namespaces of the manifests and of the page's table. */
export const RECIPE_NAMESPACES = ['models', 'rag', 'agents', 'tools', 'shop'] as const;

/** The commands of docs/guide/recipes.md, which are written for Ollama, in their order. */
export function pageCommands(): readonly string[] {
  const page = readFileSync(`${ROOT}docs/guide/recipes.md`, 'utf8');
  // What stands before the first heading.
  return commandsOf(`## \n${page.split(/^## /m, 1)[0] ?? ''}`).map(({ line }) => line);
}

/** Commands that the page has for a recipe in place of the last one: names that are made up, and objects of several namespaces. */
const OWN: Readonly<Record<string, string>> = {
  'coding-agent': 'kubectl create --namespace agents -f docs/guide/recipes/coding-agent.yaml',
  'mcp-agent': 'kubectl apply -f docs/guide/recipes/mcp-agent.yaml',
};

/** The commands for a recipe: with its name and its namespace, which is there already. */
export function commandsFor({ name, namespace }: Recipe): readonly string[] {
  return pageCommands()
    .filter((line) => !line.startsWith('kubectl create namespace '))
    .map((line) =>
      line.includes('docs/guide/recipes/') && OWN[name] !== undefined
        ? OWN[name]
        : line.replaceAll('ollama', name).replace('--namespace models', `--namespace ${namespace}`),
    );
}
