export { StateServers } from './servers.ts';
