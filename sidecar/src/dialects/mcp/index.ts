export { offerHash } from './definition.ts';
export { readMessages, requestIds } from './body.ts';
export { UnknownMethod } from './faults.ts';
export { checkHeaders, checkVersion, conformingHeaders, repeatedHeaders } from './headers.ts';
export { claimedVersion } from './meta.ts';
export type { McpReading } from './methods.ts';
export { errorBody, errorMessage, refuseBody, refuseFault, refuseVersion } from './render.ts';
export { errorAsks } from './result.ts';
export { isModern, mcpVersion, type McpVersion } from './version.ts';
