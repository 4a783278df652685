import { afterEach } from '@jest/globals';
import { createServer, type Socket } from 'node:net';

import { listening, startHttp, type TestServer } from '../../listeners/test-kit.ts';
import { Collected, LOCAL, requestTo } from '../test-kit.ts';
import { createUpstream, type Upstream, type UpstreamOptions } from '../upstream.ts';

export interface Upstreams {
  /** Starts an upstream, with `change` in its options. */
  readonly using: (change?: Partial<UpstreamOptions>) => Upstream;
  /** Closes `server` after the test. */
  readonly opened: (server: TestServer) => TestServer;
  /** Starts an HTTP server. @returns its origin. */
  readonly http: (...args: Parameters<typeof startHttp>) => Promise<string>;
  /** Answers every connection with fixed bytes once it has sent anything. @returns the origin. */
  readonly raw: (answer: (socket: Socket) => void) => Promise<string>;
  readonly fetchFrom: (origin: string, change?: Partial<UpstreamOptions>) => Promise<Collected>;
}

/** Upstreams and the servers behind them, closed after each test of the file that calls this. */
export function upstreams(): Upstreams {
  const servers: TestServer[] = [];
  const started: Upstream[] = [];
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
    await Promise.all(started.splice(0).map((upstream) => upstream.close()));
  });
  const using: Upstreams['using'] = (change = {}) => {
    const upstream = createUpstream({ ...LOCAL, ...change });
    started.push(upstream);
    return upstream;
  };
  const opened: Upstreams['opened'] = (server) => {
    servers.push(server);
    return server;
  };
  return {
    using,
    opened,
    http: async (...args) => opened(await startHttp(...args)).origin,
    raw: async (answer) =>
      opened(await listening(createServer((socket) => socket.once('data', () => answer(socket))))).origin,
    async fetchFrom(origin, change = {}) {
      const sink = new Collected();
      using(change).send(requestTo(origin), sink);
      await sink.settled;
      return sink;
    },
  };
}
