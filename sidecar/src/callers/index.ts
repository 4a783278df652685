export { CREDENTIAL_FAULTS, type CredentialFault } from './fault.ts';
export { ANONYMOUS, identify, type Identified } from './identify.ts';
