export { SECRET_RULES, createSecretsDetector } from './secrets.ts';
