import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

import { ROOT } from '../cluster.ts';
import { commandsFor, pageCommands, RECIPES } from './page.ts';

const PAGE = readFileSync(`${ROOT}docs/guide/recipes.md`, 'utf8');

describe('the cookbook', () => {
  it('has the recipes that the package has', () => {
    const names = readdirSync(`${ROOT}sidecar/data/recipes`).map((file) => basename(file, '.yaml'));
    expect(RECIPES.map(({ name }) => name).sort()).toEqual(names.sort());
  });

  it.each(RECIPES)('$name is applied where the table says', ({ name, namespace }) => {
    const [, said = ''] =
      new RegExp(`\\[${name}\\.yaml\\]\\(recipes/${name}\\.yaml\\)\\s*\\|\\s*(\\S+)\\s*\\|`).exec(PAGE) ?? [];
    expect([`\`${namespace}\``, 'any']).toContain(said);
  });

  it('says which commands write, check and apply a policy and its workload', () => {
    expect(pageCommands()).toEqual([
      'npx llm-boundary-sidecar policy init --for ollama --output manifest > ollama-policy.yaml',
      'npx llm-boundary-sidecar policy check ollama-policy.yaml',
      'kubectl apply -f ollama-policy.yaml',
      'kubectl create namespace models',
      'kubectl apply --namespace models -f docs/guide/recipes/ollama.yaml',
    ]);
  });

  it('says them for each recipe', () => {
    expect(commandsFor({ name: 'rag-bot', namespace: 'rag' })).toEqual([
      'npx llm-boundary-sidecar policy init --for rag-bot --output manifest > rag-bot-policy.yaml',
      'npx llm-boundary-sidecar policy check rag-bot-policy.yaml',
      'kubectl apply -f rag-bot-policy.yaml',
      'kubectl apply --namespace rag -f docs/guide/recipes/rag-bot.yaml',
    ]);
    // Names that are made up cannot be applied, nor objects of other namespaces with --namespace.
    for (const recipe of RECIPES) {
      const manifest = readFileSync(`${ROOT}docs/guide/recipes/${recipe.name}.yaml`, 'utf8');
      const command = commandsFor(recipe).at(-1) ?? '';
      expect(command.startsWith('kubectl create ')).toBe(manifest.includes('generateName'));
      expect(command.includes('--namespace')).toBe(!/\bnamespace: /.test(manifest));
      if (!command.startsWith('kubectl apply --namespace')) expect(PAGE).toContain(`\n${command}\n`);
    }
  });
});
