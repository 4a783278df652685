export { readMessages, requestIds, type McpReading } from './body.ts';
export { UnknownMethod } from './message.ts';
export { errorBody, errorMessage, refuseBody, refuseVersion } from './render.ts';
export { allowsBatches, mcpVersion } from './version.ts';
