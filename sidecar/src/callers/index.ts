export { ConsoleAccess } from './console.ts';
export { CREDENTIAL_FAULTS, type CredentialFault } from './fault.ts';
export { isName, mintKey } from './api-key.ts';
export { KeySource } from './key-source.ts';
export type { Verification } from './jwt.ts';
export { ANONYMOUS, identify, type Identified } from './identify.ts';
