import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

/** Credentials for a sink, and the CA that verifies it. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. Null: the sidecar's other trust. */
  readonly ca: string | null;
  /** PEM, both or none. */
  readonly certificate: string | null;
  readonly key: string | null;
}

export const NO_CREDENTIALS: Credentials = { headers: {}, ca: null, certificate: null, key: null };

/** Credentials and the endpoint that they are for. */
interface Given extends Credentials {
  /** A URL; null if none is given. */
  readonly endpoint: string | null;
}

/** What is sent: the record as logs, or what else the sidecar exports. */
type OtlpSignal = 'logs' | 'traces' | 'metrics';

type Environment = Readonly<Record<string, string | undefined>>;

/** Files in a folder of credentials; each is optional. */
const FILES = {
  endpoint: 'endpoint',
  headers: 'headers',
  ca: 'ca.crt',
  certificate: 'tls.crt',
  key: 'tls.key',
};

/** Source of credentials, read again each time, because Secrets are rotated. */
export class CredentialSource {
  readonly #dir: string | null;
  readonly #env: Environment;
  readonly #signal: OtlpSignal;

  /** `dir`: a mounted Secret. Null: the variables of OpenTelemetry, `OTEL_EXPORTER_OTLP_LOGS_…` before `OTEL_EXPORTER_OTLP_…`. */
  constructor(dir: string | null, env: Environment, signal: OtlpSignal = 'logs') {
    this.#dir = dir;
    this.#env = env;
    this.#signal = signal;
  }

  /**
   * The credentials for `endpoint`: none unless they are for its scheme, host and port. A policy can name any endpoint, and its author must
   * not obtain the credentials of another one. @throws Error if a named file cannot be read or the headers are invalid.
   */
  async for(endpoint: string): Promise<Credentials> {
    const given =
      this.#dir === null ? await fromVariables(this.#env, this.#signal) : await fromFolder(this.#dir);
    const isFor = given.endpoint !== null && originOf(given.endpoint) === originOf(endpoint);
    if (!isFor) return NO_CREDENTIALS;
    if (Object.keys(given.headers).length > 0 && !isPrivate(endpoint))
      throw new Error(`${originOf(endpoint)}: headers with credentials are sent over https only`);
    return given;
  }
}

async function fromFolder(dir: string): Promise<Given> {
  const read = async (name: string): Promise<string | null> => {
    try {
      return (await readFile(join(dir, name), 'utf8')).trim();
    } catch (fault) {
      if (isNativeError(fault) && 'code' in fault && fault.code === 'ENOENT') return null;
      throw fault;
    }
  };
  const [endpoint, headers, ca, certificate, key] = await Promise.all(
    [FILES.endpoint, FILES.headers, FILES.ca, FILES.certificate, FILES.key].map(read),
  );
  return {
    endpoint: endpoint ?? null,
    headers: headersIn(headers ?? '', /\n/),
    ca: ca ?? null,
    certificate: certificate ?? null,
    key: key ?? null,
  };
}

async function fromVariables(env: Environment, signal: OtlpSignal): Promise<Given> {
  const read = (name: string): string | null => {
    const value =
      env[`OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${name}`] ?? env[`OTEL_EXPORTER_OTLP_${name}`] ?? '';
    return value === '' ? null : value;
  };
  const file = async (name: string): Promise<string | null> => {
    const path = read(name);
    return path === null ? null : readFile(path, 'utf8');
  };
  return {
    endpoint: read('ENDPOINT'),
    headers: headersIn(read('HEADERS') ?? '', /,/),
    ca: await file('CERTIFICATE'),
    certificate: await file('CLIENT_CERTIFICATE'),
    key: await file('CLIENT_KEY'),
  };
}

const NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]+$/;

/** Parses `name=value`, with values percent-encoded as in OpenTelemetry's variable. @throws Error without the value */
function headersIn(text: string, separator: RegExp): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const part of text.split(separator).map((one) => one.trim())) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = part.slice(0, Math.max(equals, 0)).trim().toLowerCase();
    const value = decoded(part.slice(equals + 1).trim());
    if (!NAME.test(name) || !VALUE.test(value))
      throw new Error('a header for OTLP must be NAME=VALUE with a value of printable characters');
    headers[name] = value;
  }
  return headers;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function originOf(url: string): string {
  try {
    return new URL(url).origin;
  } catch {
    return 'the endpoint must be a URL';
  }
}

/** True if the transport is confidential. */
function isPrivate(endpoint: string): boolean {
  const { protocol, hostname } = new URL(endpoint);
  return protocol === 'https:' || /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
