import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext, type SecureContext } from 'node:tls';

import { createClient } from '@redis/client';

import { makeCertificate } from '../../audit/ship/testing/certificate.ts';

const PROGRAMS = ['valkey-server', 'redis-server'];

/** The program of a real server on this machine; null, with the reason on the output, where there is none. */
export function stateProgram(): string | null {
  const found = PROGRAMS.find((program) => spawnSync(program, ['--version']).status === 0);
  if (found === undefined)
    process.stdout.write(
      `skipped: none of ${PROGRAMS.join(', ')} is installed (apt-get install redis-server)\n`,
    );
  return found ?? null;
}

export const PASSWORD = 'a password of the test';

/** The rights of a user, as the guide has them. */
export const RIGHTS =
  '+eval +time +hget +hgetall +hmget +hset +hsetnx +hdel +hincrbyfloat +pexpire +select ~llm-boundary:*';
const USER_PASSWORD = 'a-password-of-the-user';

/** A real server on loopback, with a folder of secrets for those that use it. */
export class RealServer {
  readonly secretsDir = mkdtempSync(join(tmpdir(), 'llmb-state-'));
  readonly #certificate: ReturnType<typeof makeCertificate> | null;
  #port = 0;
  #process: ChildProcess | null = null;

  /** `isSecured`: it speaks TLS alone, to a user who has the rights that the guide names and no others. */
  constructor(isSecured = false) {
    this.#certificate = isSecured ? makeCertificate() : null;
    writeFileSync(join(this.secretsDir, 'password'), `${isSecured ? USER_PASSWORD : PASSWORD}\n`);
    writeFileSync(join(this.secretsDir, 'key'), 'k'.repeat(40));
    if (this.#certificate === null) return;
    writeFileSync(join(this.secretsDir, 'tls.crt'), this.#certificate.certificate);
    writeFileSync(join(this.secretsDir, 'tls.key'), this.#certificate.key);
  }

  get url(): string {
    return this.#certificate === null
      ? `redis://127.0.0.1:${this.#port}`
      : `rediss://boundary@127.0.0.1:${this.#port}/0`;
  }

  /** What verifies it. */
  get trust(): SecureContext {
    return createSecureContext(this.#certificate === null ? {} : { ca: this.#certificate.certificate });
  }

  /** Resolves when it takes connections. Started again, it has the same port and no data. */
  async start(program: string): Promise<this> {
    // A port that is taken lets the server end at once: the next one is tried. Those from 32,768 up may be taken between two starts.
    for (let tries = 0; tries < 20; tries++) {
      const port = this.#port === 0 ? 20_000 + Math.floor(Math.random() * 12_000) : this.#port;
      const listens = this.#certificate === null ? ['--port', String(port)] : this.#secured(port);
      const args = [...listens, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
      const child = spawn(program, [...args, '--requirepass', PASSWORD, '--dir', this.secretsDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (!(await isReady(child))) continue;
      this.#process = child;
      this.#port = port;
      return this;
    }
    throw new Error(`${program} does not start`);
  }

  #secured(port: number): readonly string[] {
    const [certificate, key] = ['tls.crt', 'tls.key'].map((file) => join(this.secretsDir, file));
    return [
      ...['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no'],
      ...['--tls-cert-file', certificate ?? '', '--tls-key-file', key ?? ''],
      ...['--user', 'boundary', 'on', `>${USER_PASSWORD}`, ...RIGHTS.split(' ')],
    ];
  }

  /** It forgets all. */
  async empty(): Promise<void> {
    const client = await createClient({ url: this.url, password: PASSWORD }).connect();
    await client.flushAll();
    client.destroy();
  }

  /** Stopped, it takes connections and does not answer. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.secretsDir, { recursive: true });
  }
}

function isReady({ stdout }: ChildProcess): Promise<boolean> {
  let said = '';
  return new Promise((resolve) => {
    stdout?.on('data', (piece: Buffer) => {
      said += String(piece);
      if (/ready to accept connections/i.test(said)) resolve(true);
    });
    stdout?.once('close', () => resolve(false));
  });
}
