import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { Agent, request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { auditLines } from '../process/audit-log.ts';
import { patient, startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { EMAIL, SECRET } from '../sdk/policy.ts';

const EXCHANGES = 2000;
const CONNECTIONS = 16;

/** `open` lets both through, `closed` redacts both: an exchange under one policy shows the same on its way in and out. */
function policyOf(action: string): string {
  return `version: 1
ingress: { secrets: { action: ${action} } }
egress: { pii: { action: ${action} }, secrets: { action: redact }, links: { action: "off" } }
audit: { required: true }
`;
}
const POLICIES = [policyOf('redact'), policyOf('"off"')] as const;

/** A folder as the kubelet mounts a ConfigMap: `policy.yaml` → `..data/policy.yaml`, `..data` → a folder of one version. */
class Mount {
  readonly folder: string;
  #version = 0;

  /** Takes the place of the plain file in `folder`. */
  constructor(folder: string, policy: string) {
    this.folder = folder;
    this.swap(policy);
    symlinkSync(join('..data', 'policy.yaml'), join(folder, 'linked'));
    renameSync(join(folder, 'linked'), join(folder, 'policy.yaml'));
  }

  swap(policy: string): void {
    const [version, previous] = [`..v${++this.#version}`, `..v${this.#version - 1}`];
    mkdirSync(join(this.folder, version));
    writeFileSync(join(this.folder, version, 'policy.yaml'), patient(policy));
    symlinkSync(version, join(this.folder, '..data_tmp'));
    renameSync(join(this.folder, '..data_tmp'), join(this.folder, '..data'));
    rmSync(join(this.folder, previous), { recursive: true, force: true });
  }
}

interface Answer {
  readonly status: number;
  readonly exchange: string;
  readonly body: string;
}

function post(agent: Agent, origin: string, body: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${origin}/v1/chat/completions`,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (response: IncomingMessage) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            exchange: String(response.headers['llm-boundary-decision']),
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function contentOf(body: string): string {
  return [...body.matchAll(/"content":"([^"]*)"/g)].map(([, piece]) => piece ?? '').join('');
}

describe('a policy that is swapped under load', () => {
  let mount: Mount;
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;

  beforeAll(async () => {
    // The reply carries what the upstream saw of the prompt, and an address of its own.
    upstream = await startUpstream((seen, response) => {
      const marker = seen.body.includes('[SECRET]') ? 'closed' : 'open';
      const choice = (more: object): object => ({ choices: [{ index: 0, finish_reason: null, ...more }] });
      if (seen.body.includes('"stream":true')) {
        const texts = [`${marker} `, EMAIL.slice(0, 9), EMAIL.slice(9), ' end'];
        const chunks = texts.map((content) => ({ data: choice({ delta: { content } }) }));
        sse(response, [...chunks, { data: choice({ delta: {}, finish_reason: 'stop' }) }, '[DONE]']);
      } else {
        const message = { role: 'assistant', content: `${marker} ${EMAIL} end` };
        json(response, choice({ message, finish_reason: 'stop' }));
      }
    });
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICIES[0] });
    mount = new Mount(sidecar.policyDir, POLICIES[0]);
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it('fails no exchange, and judges each under exactly one policy', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const answers: Answer[] = [];
    let left = EXCHANGES;
    const worker = async (): Promise<void> => {
      while (left > 0) {
        const stream = left-- % 2 === 0;
        const messages = [{ role: 'user', content: `Is ${SECRET} any good?` }];
        answers.push(
          await post(agent, sidecar.inbound[0] ?? '', JSON.stringify({ model: 'm', stream, messages })),
        );
      }
    };
    const load = Promise.all(Array.from({ length: CONNECTIONS }, worker));
    let swaps = 0;
    while (left > 0) {
      await sleep(200);
      mount.swap(POLICIES[++swaps % 2] ?? '');
    }
    await load;
    agent.destroy();

    const failed = answers.filter(({ status }) => status !== 200);
    const lines = auditLines(sidecar.auditDir);
    // The log is all there behind the end of the process.
    expect(await sidecar.stop()).toBe(0);
    await sidecar.logged('"msg":"stopped"');
    const complaints = sidecar.log.filter((line) => /"level":"(warn|error|fatal)"/.test(line));
    expect({ failed, complaints }).toEqual({ failed: [], complaints: [] });
    const expected = [`open ${EMAIL} end`, 'closed [EMAIL] end'];
    expect(answers.filter(({ body }) => !expected.includes(contentOf(body)))).toEqual([]);
    // Both policies were seen, or nothing was swapped under load.
    expect(new Set(answers.map(({ body }) => contentOf(body))).size).toBe(2);

    const policies = new Map<string, Set<string>>();
    for (const { exchange, policy } of lines)
      policies.set(
        exchange,
        (policies.get(exchange) ?? new Set()).add(`${policy?.generation ?? 0} ${policy?.sha256 ?? ''}`),
      );
    expect(answers.filter(({ exchange }) => policies.get(exchange)?.size !== 1)).toEqual([]);
    expect(lines.filter(({ kind }) => kind === 'ingress')).toHaveLength(EXCHANGES);
    expect(lines.filter(({ kind }) => kind === 'egress')).toHaveLength(EXCHANGES);
  }, 600_000);
});
