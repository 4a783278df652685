import { createHash, createHmac } from 'node:crypto';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  /** Bucket and key, without characters that need an encoding. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

const REGION = 'us-east-1';

/** Requests with a version 4 signature of AWS. Answers of any status are returned. */
export class S3Client {
  readonly #origin: string;
  readonly #access: string;
  readonly #secret: string;

  constructor(origin: string, access: string, secret: string) {
    this.#origin = origin;
    this.#access = access;
    this.#secret = secret;
  }

  async send({ method, path, query = {}, headers = {}, body = '' }: S3Request): Promise<S3Answer> {
    const search = Object.entries(query)
      .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
      .sort()
      .join('&');
    const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
    const payload = createHash('sha256').update(body).digest('hex');
    const sent: Readonly<Record<string, string>> = {
      ...headers,
      ...(method === 'PUT' ? { 'content-md5': createHash('md5').update(body).digest('base64') } : {}),
      'x-amz-content-sha256': payload,
      'x-amz-date': stamp,
    };
    const signed = Object.entries({ ...sent, host: new URL(this.#origin).host }).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const names = signed.map(([name]) => name).join(';');
    const canonical = [
      ...[method, path, search],
      ...signed.map(([name, value]) => `${name}:${value.trim()}`),
      ...['', names, payload],
    ].join('\n');
    const scope = `${stamp.slice(0, 8)}/${REGION}/s3/aws4_request`;
    const digest = createHash('sha256').update(canonical).digest('hex');
    const signature = createHmac('sha256', this.#key(scope))
      .update(['AWS4-HMAC-SHA256', stamp, scope, digest].join('\n'))
      .digest('hex');
    const answer = await fetch(`${this.#origin}${path}${search === '' ? '' : `?${search}`}`, {
      method,
      headers: {
        ...sent,
        authorization: `AWS4-HMAC-SHA256 Credential=${this.#access}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
      },
      ...(method === 'PUT' ? { body } : {}),
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: Buffer.from(await answer.arrayBuffer()),
    };
  }

  #key(scope: string): Buffer {
    return scope
      .split('/')
      .reduce(
        (key, part) => createHmac('sha256', key).update(part).digest(),
        Buffer.from(`AWS4${this.#secret}`),
      );
  }
}
