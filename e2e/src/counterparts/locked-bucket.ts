import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { S3Client, type S3Answer, type S3Request } from './s3-client.ts';
import { startServer, type RunningServer } from './server.ts';

const BUCKET = 'evidence';
const ACCESS = 'audit';
const SECRET = 'audit-secret-0123';

/** A version of an object. */
export interface Version {
  readonly key: string;
  readonly id: string;
}

/** versitygw with one bucket under Object Lock, whose default is one day in compliance mode; and rclone for it. */
export class LockedBucket {
  readonly #server: RunningServer;
  readonly #rclone: string;
  readonly #client: S3Client;

  private constructor(server: RunningServer, rclone: string) {
    this.#server = server;
    this.#rclone = rclone;
    this.#client = new S3Client(server.origin, ACCESS, SECRET);
  }

  /** `dir` is on a file system with extended attributes. @throws Error if it does not start or does not lock */
  static async start(
    programs: { readonly versitygw: string; readonly rclone: string },
    dir: string,
  ): Promise<LockedBucket> {
    const [data, versions] = [join(dir, 'data'), join(dir, 'versions')];
    for (const folder of [data, versions]) mkdirSync(folder, { recursive: true });
    const server = await startServer({
      program: programs.versitygw,
      args: (port) => [
        ...['--port', `127.0.0.1:${port}`, '--access', ACCESS, '--secret', SECRET, '--health', '/health'],
        ...['posix', '--versioning-dir', versions, data],
      ],
      healthPath: '/health',
    });
    const bucket = new LockedBucket(server, programs.rclone);
    try {
      await bucket.#make();
    } catch (error) {
      await server.stop();
      throw error;
    }
    return bucket;
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** A GET with another secret. */
  readAsStranger(key: string): Promise<S3Answer> {
    return new S3Client(this.#server.origin, ACCESS, 'another-secret').send({
      method: 'GET',
      path: pathOf(key),
    });
  }

  /** `key` null: the bucket itself. */
  send(key: string | null, request: Omit<S3Request, 'path'>): Promise<S3Answer> {
    return this.#client.send({ ...request, path: pathOf(key) });
  }

  /** Runs `rclone copy`; the bucket is `store:evidence`. @returns its exit status and output */
  copy(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
    const { status, stdout, stderr, error } = spawnSync(this.#rclone, ['copy', ...args], {
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        RCLONE_CONFIG: '',
        RCLONE_CONFIG_STORE_TYPE: 's3',
        RCLONE_CONFIG_STORE_PROVIDER: 'Other',
        RCLONE_CONFIG_STORE_ENDPOINT: this.#server.origin,
        RCLONE_CONFIG_STORE_REGION: 'us-east-1',
        RCLONE_CONFIG_STORE_ACCESS_KEY_ID: ACCESS,
        RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: SECRET,
        RCLONE_CONFIG_STORE_FORCE_PATH_STYLE: 'true',
        RCLONE_S3_NO_CHECK_BUCKET: 'true',
      },
    });
    return { status, output: `${stdout}${stderr}${error?.message ?? ''}` };
  }

  /** The newest version of an object. @throws if there is none */
  async newest(key: string): Promise<Version> {
    const { status, headers } = await this.send(key, { method: 'HEAD' });
    assert.equal(status, 200, key);
    const id = headers.get('x-amz-version-id') ?? '';
    assert.notEqual(id, '', `${key} has no version`);
    return { key, id };
  }

  async content({ key, id }: Version): Promise<Buffer> {
    const { status, body } = await this.send(key, { method: 'GET', query: { versionId: id } });
    assert.equal(status, 200, key);
    return body;
  }

  /** The retention of objects that have none of their own. `rule` in XML; empty: none. @throws if the store does not take it */
  async setDefault(rule: string): Promise<void> {
    const { status, body } = await this.send(null, {
      method: 'PUT',
      query: { 'object-lock': '' },
      body: `<ObjectLockConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><ObjectLockEnabled>Enabled</ObjectLockEnabled>${rule}</ObjectLockConfiguration>`,
    });
    assert.equal(status, 200, body.toString());
  }

  async #make(): Promise<void> {
    const made = await this.send(null, {
      method: 'PUT',
      headers: { 'x-amz-bucket-object-lock-enabled': 'true' },
    });
    assert.equal(made.status, 200, made.body.toString());
    await this.setDefault(
      '<Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule>',
    );
  }
}

function pathOf(key: string | null): string {
  return key === null ? `/${BUCKET}` : `/${BUCKET}/${key}`;
}
