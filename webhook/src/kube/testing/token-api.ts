import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';

import { KubeConfig } from '@kubernetes/client-node';

import type { PodIdentity } from '../../anchor/registry.ts';
import { AuthorityCertificate } from '../../certs/source.ts';
import { Rest } from '../rest.ts';
import { EventStore } from './event-store.ts';

/** A token as the fake API server knows it. */
interface Token {
  readonly audiences: readonly string[];
  readonly pod: PodIdentity | null;
}

/** TokenReviews and Events over real TLS: a token is its own name. */
export class TokenApi {
  readonly tokens = new Map<string, Token>();
  readonly events = new EventStore();
  asked = 0;
  down = false;
  #server: Server | null = null;

  async start(): Promise<Rest> {
    const source = await AuthorityCertificate.alone(['localhost'], Date.now());
    const server = createServer(
      { key: source.pair.key, cert: source.pair.certificate },
      (request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const { method = '', url = '', headers } = request;
          const told = this.events.answer(method, url, JSON.parse(text), headers['content-type'] ?? '');
          if (told !== null) {
            response.writeHead(told.status).end(JSON.stringify(told.body));
            return;
          }
          this.asked += 1;
          if (this.down) {
            response.writeHead(500).end('{}');
            return;
          }
          const { spec } = JSON.parse(text) as {
            spec: { token: string; audiences: string[] };
          };
          response.writeHead(201).end(JSON.stringify({ status: this.#status(spec.token, spec.audiences) }));
        });
      },
    );
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      {
        name: 'c',
        server: `https://localhost:${(server.address() as AddressInfo).port}`,
        skipTLSVerify: false,
        caData: Buffer.from(source.ca).toString('base64'),
      },
      { name: 'u', token: 't' },
    );
    return new Rest(config);
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  #status(name: string, audiences: readonly string[]): unknown {
    const token = this.tokens.get(name);
    const shared = audiences.filter((each) => token?.audiences.includes(each));
    if (token === undefined || shared.length === 0) return { authenticated: false };
    const { pod } = token;
    const extra =
      pod === null
        ? {}
        : {
            'authentication.kubernetes.io/pod-name': [pod.name],
            'authentication.kubernetes.io/pod-uid': [pod.uid],
          };
    const username = `system:serviceaccount:${pod?.namespace ?? 'ml'}:default`;
    return { authenticated: true, audiences: shared, user: { username, extra } };
  }
}
