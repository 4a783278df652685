export { PROMPT_LEAK_RULE, createPromptLeakDetector } from './prompt-leak.ts';
export { eachWord, type Word } from './words.ts';
export { FingerprintError, createDocumentsDetector, fingerprint } from './documents.ts';
