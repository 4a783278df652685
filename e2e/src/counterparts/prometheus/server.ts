import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { stringify } from 'yaml';
import { z } from 'zod';

import { until } from '../../process/until.ts';
import { startServer, type RunningServer } from '../server.ts';
import { fasterRules, RULES } from './expressions.ts';

/** What is scraped: `HOST:PORT`, and the labels that a PodMonitor gives. */
export interface Target {
  readonly address: string;
  readonly labels: Readonly<Record<string, string>>;
}

const answer = z.object({ status: z.literal('success'), data: z.unknown() });
const vector = z.object({
  resultType: z.literal('vector'),
  result: z.array(
    z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
  ),
});
const rules = z.object({
  groups: z.array(
    z.object({
      file: z.string(),
      rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
    }),
  ),
});

/** An element of an instant vector. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus server that scrapes each second. The chart's rules are loaded as they are, and once more with minutes as seconds. */
export class PrometheusServer {
  readonly #server: RunningServer;

  private constructor(server: RunningServer) {
    this.#server = server;
  }

  /** @param receiver origin that alerts are sent to, as to an Alertmanager @throws Error with its output if it does not start */
  static async start(
    program: string,
    dir: string,
    { targets, receiver }: { readonly targets: readonly Target[]; readonly receiver: string },
  ): Promise<PrometheusServer> {
    mkdirSync(dir);
    copyFileSync(RULES, join(dir, 'rules.yaml'));
    writeFileSync(join(dir, 'faster.yaml'), fasterRules());
    const config = join(dir, 'prometheus.yaml');
    writeFileSync(
      config,
      stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
        rule_files: ['rules.yaml', 'faster.yaml'],
        alerting: { alertmanagers: [{ static_configs: [{ targets: [new URL(receiver).host] }] }] },
        scrape_configs: [
          {
            job_name: 'llm-boundary',
            static_configs: targets.map(({ address, labels }) => ({ targets: [address], labels })),
          },
        ],
      }),
    );
    const args = (port: number): readonly string[] => [
      ...[`--config.file=${config}`, `--storage.tsdb.path=${join(dir, 'data')}`],
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    return new PrometheusServer(await startServer({ program, args, healthPath: '/-/ready' }));
  }

  get origin(): string {
    return this.#server.origin;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** An instant query; a scalar is a vector of one. @throws Error with what the server says of an expression that it does not take */
  async query(expr: string): Promise<readonly Sample[]> {
    const data = await this.#get('/api/v1/query', { query: expr });
    return vector
      .parse(data)
      .result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
  }

  /** The values of a label among the series of a selector. */
  async labelValues(label: string, selector: string): Promise<readonly string[]> {
    const data = await this.#get(`/api/v1/label/${label}/values`, { 'match[]': selector });
    return z.array(z.string()).parse(data);
  }

  /** The rules of a file, each with what their last evaluation said. */
  async rules(file: string): Promise<readonly { readonly name: string; readonly health: string }[]> {
    const data = rules.parse(await this.#get('/api/v1/rules'));
    return data.groups.filter((group) => group.file.endsWith(`/${file}`)).flatMap((group) => group.rules);
  }

  /** Waits until every target was scraped twice from now on: a rate needs two samples of what was just counted. */
  async scrapedTwice(): Promise<void> {
    const first = await this.#scrapedAfter(Date.now() / 1_000);
    await this.#scrapedAfter(first);
  }

  /** @returns the time of the newest scrape, once each target has one that began after that time. Unix seconds */
  async #scrapedAfter(seconds: number): Promise<number> {
    let newest = 0;
    await until('a scrape of each target', async () => {
      const [up, scraped] = [await this.query('up'), await this.query('timestamp(up)')];
      const times = scraped.map(({ value }) => value);
      newest = Math.max(...times);
      return up.length > 0 && up.every(({ value }) => value === 1) && Math.min(...times) > seconds;
    });
    return newest;
  }

  async #get(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<unknown> {
    const query = new URLSearchParams(parameters).toString();
    const response = await fetch(`${this.#server.origin}${path}?${query}`);
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text.slice(0, 500)}`);
    return answer.parse(JSON.parse(text)).data;
  }
}
