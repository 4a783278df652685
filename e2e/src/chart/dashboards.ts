import { expect } from '../cluster/steps.ts';
import type { Rendered } from './render.ts';

/** Each GrafanaDashboard names a ConfigMap of the render and the key of its dashboard. @returns their names @throws Unexpected */
export function checkGrafanaDashboards(objects: readonly Rendered[]): string {
  const names = objects
    .filter(({ kind }) => kind === 'GrafanaDashboard')
    .map(({ metadata, spec }) => {
      const { name, key } = spec?.['configMapRef'] as { readonly name: string; readonly key: string };
      const held = objects.find(({ kind, metadata: of }) => kind === 'ConfigMap' && of.name === name);
      expect(held?.data?.[key] !== undefined, `no ConfigMap ${name} with ${key}`);
      return metadata.name;
    });
  expect(names.length === 3, `expected three: ${names.join(', ')}`);
  return names.join(', ');
}
