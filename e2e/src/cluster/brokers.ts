import {
  CLIENT,
  manifest,
  NAMESPACES,
  ready,
  SIDECAR,
  statusOf,
  type From,
  type Fixture,
} from './fixture.ts';
import { policyMap } from './release.ts';
import { until } from './shell.ts';
import { expect } from './steps.ts';

const POD = 'beside-broker';
const MODEL: From = { namespace: NAMESPACES.guarded, pod: POD, container: 'model' };
const BROKER = 'broker.e2e-clients.svc';

const POLICY = policyMap(
  `version: 1\naction: { tcp: [{ host: ${BROKER}, port: 6379 }] }\nendpoints: { tcp: [6379] }\n`,
  'brokers',
);

/** Sends bytes (hex) and prints the reply, until a second of silence or the end. */
const DIAL = `
const [host, port, hex] = process.argv.slice(1);
const socket = require('node:net').connect({ host, port: Number(port) });
let got = '';
const end = () => { console.log(JSON.stringify(got)); process.exit(); };
socket.on('connect', () => socket.write(Buffer.from(hex, 'hex')));
socket.on('data', (bytes) => { got += bytes.toString('latin1'); setTimeout(end, 300); });
socket.on('error', end).on('close', end).setTimeout(5000, end);`;

const PING = Buffer.from('*1\r\n$4\r\nPING\r\n').toString('hex');
const SSL_REQUEST = '0000000804d2162f';

async function dial(
  { cluster }: Fixture,
  from: From,
  host: string,
  port: number,
  hex: string,
): Promise<string> {
  const argv = ['exec', '-n', from.namespace, from.pod, '-c', from.container, '--'];
  const output = await cluster.kubectl([...argv, 'node', '-e', DIAL, host, String(port), hex]);
  return JSON.parse(output) as string;
}

/** Chapter: servers that do not speak HTTP, under redirect. */
export async function brokers(fixture: Fixture): Promise<void> {
  const { cluster, steps } = fixture;
  steps.chapter('Databases and brokers');
  await steps.step('a pod with a broker beside the model is admitted and becomes ready', async () => {
    await cluster.apply([POLICY]);
    await until('the policy brokers', 60, async () => {
      const tried = await cluster.tryKubectl(['apply', '-f', '-'], { input: manifest('brokers.yaml') });
      return tried.status === 0 ? true : null;
    });
    await ready(fixture, NAMESPACES.clients, ['pod/broker'], 120);
    await ready(fixture, NAMESPACES.guarded, [`pod/${POD}`], 120);
    return null;
  });
  await steps.step('the model reaches the Redis that its policy lists', async () => {
    expect((await dial(fixture, MODEL, BROKER, 6379, PING)) === '+PONG\r\n', 'no PONG');
    return null;
  });
  await steps.step('and not the Postgres that it does not list', async () => {
    expect((await dial(fixture, MODEL, BROKER, 5432, SSL_REQUEST)) === '', 'an answer came');
    return null;
  });
  await steps.step('clients reach the broker beside the model, and no HTTP gets through to it', async () => {
    const ip = statusOf(await cluster.get('pod', POD, NAMESPACES.guarded)).podIP ?? '';
    expect((await dial(fixture, CLIENT, ip, 6379, PING)) === '+PONG\r\n', 'no PONG');
    const http = Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n').toString('hex');
    expect((await dial(fixture, CLIENT, ip, 6379, http)) === '', 'HTTP was answered');
    return null;
  });
  await steps.step('the log names the server and the entry that would allow it', async () => {
    const log = await cluster.kubectl(['logs', '-n', NAMESPACES.guarded, POD, '-c', SIDECAR]);
    expect(/:5432: .*action\.tcp: \{ host: NAME, port: 5432 \}/.test(log), 'the log does not say it');
    return null;
  });
}
