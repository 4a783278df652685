import { Agent, createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';

import httpProxy from 'http-proxy';

/** The baseline: http-proxy as its users run it best, with a keep-alive agent, and nothing else. Prints its port; answers with its CPU time and its loop delay since the last answer. */
const target = process.argv[2];
const proxy = httpProxy.createProxyServer({ target, agent: new Agent({ keepAlive: true, maxSockets: 256 }) });
proxy.on('error', (_error, _request, response) => response.destroy());
const server = createServer((request, response) => proxy.web(request, response));
const delay = monitorEventLoopDelay();
delay.enable();
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as { port: number }).port }));
process.on('message', () => {
  process.send?.({ cpu: process.cpuUsage(), loopDelayMs: delay.percentile(99) / 1e6 });
  delay.reset();
});
process.on('disconnect', () => process.exit(0));
