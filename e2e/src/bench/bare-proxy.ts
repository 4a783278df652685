import { Agent, createServer } from 'node:http';

import httpProxy from 'http-proxy';

import { serveMeasured } from './measured.ts';

/** The baseline: http-proxy as its users run it best, with a keep-alive agent, and nothing else. Prints its port; answers with its CPU time and its loop delay since the last answer. */
const target = process.argv[2];
const proxy = httpProxy.createProxyServer({ target, agent: new Agent({ keepAlive: true, maxSockets: 256 }) });
proxy.on('error', (_error, _request, response) => response.destroy());
const server = createServer((request, response) => proxy.web(request, response));
serveMeasured(server);
