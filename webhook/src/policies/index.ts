export { FLOOR, PolicyCatalogue } from './catalogue.ts';
export type { BrokenPolicy, Effective } from './catalogue.ts';
export { compose } from './compose.ts';
export type { Composition, EffectivePolicy } from './compose.ts';
export { parseConfigMap, POLICY_KEY, readLayer } from './layer.ts';
export type { LayerResult, PolicyConfigMap, PolicyLayer } from './layer.ts';
export { HASH_ANNOTATION, publishedConfigMap } from './published.ts';
export type { PublishedConfigMap } from './published.ts';
