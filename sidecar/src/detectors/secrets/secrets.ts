import { combineDetectors } from '../composite.ts';
import type { Detector } from '../detector.ts';
import { createBuiltinDetector, type PatternSpec } from '../patterns/index.ts';
import { CLOUD_SECRETS } from './cloud.ts';
import { CODE_SECRETS } from './code.ts';
import { CREDENTIAL_SECRETS } from './credential.ts';
import { entropy, isPlaceholder } from './plausible.ts';
import { createPrivateKeyDetector } from './private-key.ts';
import type { SecretRule } from './rule.ts';
import { SERVICE_SECRETS } from './service.ts';

export const SECRET_RULES: readonly SecretRule[] = [
  ...CLOUD_SECRETS,
  ...CODE_SECRETS,
  ...SERVICE_SECRETS,
  ...CREDENTIAL_SECRETS,
];

/** Finds credentials: tokens by their providers' formats, private keys, passwords in URLs and settings. */
export function createSecretsDetector(): Detector {
  return combineDetectors('secrets', [
    createPrivateKeyDetector(),
    createBuiltinDetector('secrets', SECRET_RULES.map(specOf)),
  ]);
}

function specOf(rule: SecretRule): PatternSpec {
  const { name, source, group, validate, entropy: least = 0, score = 0.95 } = rule;
  return {
    id: `secret.${name}`,
    source,
    score,
    ...(group === undefined ? {} : { group }),
    validate: validate ?? ((match) => !isPlaceholder(match) && entropy(match) >= least),
  };
}
