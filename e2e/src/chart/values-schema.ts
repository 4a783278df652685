import { readFileSync } from 'node:fs';

import { ROOT } from '../cluster/cluster.ts';
import { expect } from '../cluster/steps.ts';
import { CHART } from './render.ts';

type Json = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Kubernetes' own objects, which the API server validates, and values that Helm adds. */
const OPEN =
  /^\/properties\/(affinity\/|(networkPolicy\/properties\/metricsFrom|console\/properties\/from)\/items\/|global$)/;

function openObjects(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => openObjects(each, `${path}/${index}`));
  if (!isObject(value)) return [];
  const open = value['type'] === 'object' && value['additionalProperties'] === undefined && !OPEN.test(path);
  const below = Object.entries(value).flatMap(([key, each]) => openObjects(each, `${path}/${key}`));
  return open ? [path, ...below] : below;
}

function read(path: string): Json {
  return JSON.parse(readFileSync(path, 'utf8')) as Json;
}

/** @throws Unexpected if an object of the values accepts any key, or if a policy's keys are not those of its own schema */
export function checkValuesSchema(): string {
  const schema = read(`${CHART}/values.schema.json`);
  const open = openObjects(schema);
  expect(open.length === 0, `these take any key: ${open.join(', ')}`);
  const text = JSON.stringify(schema);
  const keys = Object.keys(read(`${ROOT}docs/reference/policy.schema.json`)['properties'] as Json);
  const policies = (schema['properties'] as Json)['policies'] as Json;
  const policy = ((policies['additionalProperties'] as Json)['oneOf'] as readonly Json[])[1];
  const named = Object.keys(policy?.['properties'] as Json);
  expect(
    [...named].sort().join() === [...keys].sort().join(),
    `policies take ${named.join()}, not ${keys.join()}`,
  );
  return `${text.match(/"type":"object"/g)?.length ?? 0} objects`;
}
