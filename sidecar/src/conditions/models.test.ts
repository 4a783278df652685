import { searchesByItself } from './models.ts';

it.each([
  ...[
    'gpt-4o-search-preview',
    'gpt-5-search-api',
    'sonar',
    'perplexity/sonar-pro',
    'groq/compound-mini',
    'compound',
  ],
  ...['o3-deep-research', 'openai/gpt-4o:online'],
])('%s searches by itself', (model) => {
  expect(searchesByItself(model)).toBe(true);
});

it.each([
  null,
  '',
  'gpt-4o',
  'm',
  'claude-sonnet-4-5',
  'research-7b',
  'compounder',
  'sonarqube',
  'llama3.1:8b',
])('%s does not', (model) => expect(searchesByItself(model)).toBe(false));
