export { PROMPT_LEAK_RULE, createPromptLeakDetector } from './prompt-leak.ts';
export { wordsOf } from './words.ts';
export { FingerprintError, createDocumentsDetector, fingerprint } from './documents.ts';
