import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Container } from '@llm-boundary/webhook/inject';

import { imageStart, PROGRAMS, SERVERS, type Server, type Value } from './servers.ts';

/** Written in place of every program of a server: says how it was called, and with which environment. */
const RECORDER = `#!/bin/sh
printf 'called\\0%s\\0' "$#"
printf '%s\\0' "\${0##*/}" "$@"
exec /usr/bin/env -0
`;
/** Programs that scripts call before a server. */
const OTHERS = ['bash', 'mkdir', 'cp', 'ray', 'sleep', 'pip'] as const;

interface Call {
  /** The program's name first. */
  readonly words: readonly string[];
  readonly env: ReadonlyMap<string, string>;
}

function parseCall(output: string): Call | null {
  const at = output.lastIndexOf('called\0');
  if (at === -1) return null;
  const [, count = '0', ...rest] = output.slice(at).split('\0');
  const words = rest.slice(0, Number(count) + 1);
  const env = rest
    .slice(words.length)
    .map((line) => /^([^=]+)=([^]*)$/.exec(line))
    .flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]));
  return { words, env: new Map(env) };
}

function optionValue(words: readonly string[], names: readonly string[]): string | null {
  for (let index = words.length - 1; index >= 0; index -= 1) {
    const word = words[index] ?? '';
    if (names.includes(word)) return words[index + 1] ?? null;
    const name = names.find((each) => word.startsWith(`${each}=`));
    if (name !== undefined) return word.slice(name.length + 1);
  }
  return null;
}

function valueOf({ options, variables, fallback }: Value, { words, env }: Call): string {
  const variable = variables.map((name) => env.get(name)).find((value) => value !== undefined);
  return optionValue(words, options) ?? variable ?? fallback;
}

function listening(server: Server, call: Call): readonly string[] {
  return server.listeners.map((listener) => {
    if (listener.address === null) return `${valueOf(listener.host, call)}:${valueOf(listener.port, call)}`;
    const address = valueOf(listener.address, call).replace(/^https?:\/\//, '');
    return address.startsWith(':') ? `0.0.0.0${address}` : address;
  });
}

/** What a container runtime starts: command and args over entry point and arguments of the image. */
function started({ image, command, args, env }: Container): {
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
} {
  const own = imageStart(image ?? '');
  const given = (env ?? []).flatMap(({ name, value }) =>
    value === null || value === undefined ? [] : [[name, value] as const],
  );
  const hasCommand = (command ?? []).length > 0;
  const hasArgs = hasCommand || (args ?? []).length > 0;
  return {
    words: [
      ...(hasCommand ? (command ?? []) : (own?.entry ?? [])),
      ...(hasArgs ? (args ?? []) : (own?.args ?? [])),
    ],
    env: Object.fromEntries([...(own?.env ?? []), ...given]),
  };
}

/** Runs what a container starts, with stand-ins in place of its servers. */
export class StandIns {
  readonly #folder = mkdtempSync(join(tmpdir(), 'llm-boundary-stand-ins-'));

  constructor() {
    for (const name of PROGRAMS) this.#write(name, RECORDER);
    for (const name of OTHERS) this.#write(name, '#!/bin/sh\n');
  }

  #write(name: string, text: string): void {
    const file = join(this.#folder, name);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  }

  /** `host:port` of each listener that the server opens by its documented rules; null: no stand-in knows the server. */
  listeners(container: Container): readonly string[] | null {
    const { words, env } = started(container);
    const [program = '', ...rest] = words;
    const name = program.slice(program.lastIndexOf('/') + 1);
    const isShell = name === 'sh' || name === 'bash';
    if (!isShell && !PROGRAMS.includes(name)) return null;
    const { stdout } = spawnSync(isShell ? '/bin/sh' : join(this.#folder, name), rest, {
      env: { ...env, PATH: this.#folder },
      encoding: 'utf8',
      timeout: 20_000,
    });
    const call = parseCall(stdout);
    const server = call === null ? undefined : SERVERS.find((each) => each.is(call.words));
    return call === null || server === undefined ? null : listening(server, call);
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
