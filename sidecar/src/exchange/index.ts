export * from './decision.ts';
export * from './exchange.ts';
export * from './mcp.ts';
export * from './pointer.ts';
export * from './refusal.ts';
export * from './segment.ts';
export * from './tool.ts';
export * from './verdict.ts';
