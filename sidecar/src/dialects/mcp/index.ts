export { readMessages, requestIds, type McpReading } from './body.ts';
export { definitionHash } from './definition.ts';
export { UnknownMethod } from './message.ts';
export { errorBody, errorMessage, refuseBody, refuseVersion } from './render.ts';
export { allowsBatches, mcpVersion, MCP_VERSIONS, type McpVersion } from './version.ts';
