import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { mavenFolder, type Installed } from '../cache.ts';
import { endChild } from '../server.ts';

const VERSION = '4.4.0';
const START_MS = 120_000;

/** Kafka with its command-line tools, from Maven artefacts, once into the cache. */
export function installKafka(): Installed {
  return mavenFolder(`kafka-${VERSION}`, [
    `org.apache.kafka:kafka_2.13:${VERSION}`,
    `org.apache.kafka:kafka-tools:${VERSION}`,
    'org.apache.logging.log4j:log4j-slf4j-impl:2.25.5',
  ]);
}

/** One broker that is its own controller (KRaft). Can be killed and started again on the same data. */
export class KafkaBroker {
  readonly server: string;
  readonly #classes: string;
  readonly #properties: string;
  #process: ChildProcess | null = null;
  #output = '';

  /** `ports`: of the broker, and of its controller. */
  constructor(folder: string, dir: string, [port, controller]: readonly [number, number]) {
    this.server = `127.0.0.1:${port}`;
    this.#classes = join(folder, 'libs', '*');
    this.#properties = join(dir, 'server.properties');
    mkdirSync(dir, { recursive: true });
    writeFileSync(
      this.#properties,
      `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=127.0.0.1:${controller}
listeners=PLAINTEXT://${this.server},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://${this.server}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(dir, 'data')}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
num.partitions=1
`,
    );
    writeFileSync(
      join(dir, 'log4j2.yaml'),
      `Configuration:
  Appenders: {Console: {name: O, PatternLayout: {pattern: "%p %m%n"}}}
  Loggers: {Root: {level: INFO, AppenderRef: {ref: O}}}
`,
    );
    const id = randomBytes(16).toString('base64url');
    // One of 64 such IDs begins with a dash, which would be a flag as an argument of its own.
    this.#run('kafka.tools.StorageTool', [
      'format',
      `--cluster-id=${id}`,
      '-c',
      this.#properties,
      '--standalone',
    ]);
  }

  /** @throws Error with the end of its output if it does not start */
  async start(): Promise<void> {
    this.#output = '';
    const log = `-Dlog4j2.configurationFile=file:${join(this.#properties, '..', 'log4j2.yaml')}`;
    const args = ['-Xmx256m', log, '-cp', this.#classes, 'kafka.Kafka', this.#properties];
    const child = spawn('java', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#process = child;
    await new Promise<void>((resolve, reject) => {
      const failed = (): void => reject(new Error(`Kafka did not come up:\n${this.#output}`));
      const late = setTimeout(failed, START_MS);
      child.once('exit', failed);
      child.stdout.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-2_000);
        if (!this.#output.includes('Kafka Server started')) return;
        clearTimeout(late);
        resolve();
      });
    });
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child !== null) await endChild(child, signal);
  }

  /** @throws Error with its output if it fails */
  createTopic(name: string): void {
    const args = ['--bootstrap-server', this.server, '--create', '--topic', name, '--partitions', '1'];
    this.#run('org.apache.kafka.tools.TopicCommand', args);
  }

  /** All messages of the topic, which are JSON objects, one a line. */
  messages(topic: string): string {
    const args = ['--bootstrap-server', this.server, '--topic', topic, '--from-beginning'];
    const output = this.#run('org.apache.kafka.tools.consumer.ConsoleConsumer', [
      ...args,
      '--timeout-ms',
      '5000',
    ]);
    // It also says that the time is over.
    return output
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => `${line}\n`)
      .join('');
  }

  #run(main: string, args: readonly string[]): string {
    const { status, stdout, stderr } = spawnSync('java', ['-cp', this.#classes, main, ...args], {
      encoding: 'utf8',
      maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0) throw new Error(`${main} failed:\n${stdout.slice(-1_000)}${stderr.slice(-1_000)}`);
    return stdout;
  }
}
