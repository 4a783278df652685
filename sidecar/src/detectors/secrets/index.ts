export { PRIVATE_KEY_RULE } from './private-key.ts';
export { SECRET_RULES, createSecretsDetector } from './secrets.ts';
