import { commandsOf } from '../capture/takeover/server-call.ts';
import { imageName, imageTag } from '../capture/takeover/image.ts';
import { startsKnownServer } from '../capture/takeover/server.ts';
import type { Container } from '../pod/pod.ts';

/** What the manifest tells about a container's need to change its user. */
export type UserChange =
  /** A program or an image that does, by name. */
  | { readonly kind: 'changes'; readonly program: string; readonly fromRoot: boolean }
  /** A known server, whose image is known too. */
  | { readonly kind: 'stays' }
  /** The command line shows programs that do not; what user the image has is unknown. */
  | { readonly kind: 'plain' }
  | { readonly kind: 'unknown' };

/** Root changes to another user in them. `apt` downloads as its own user. */
const FROM_ROOT =
  'apache2ctl|apt|apt-get|chpst|gosu|httpd|httpd-foreground|nginx|openresty|runuser|s6-setuidgid|s6-svscan|setpriv|sshd|su-exec|supervisord';
/** Set-user-ID programs and their callers, which fail for any user. */
const FROM_ANY = 'buildah|dockerd-rootless\\.sh|fusermount3?|newgidmap|newuidmap|podman|rootlesskit|sudo';
const PROGRAM = new RegExp(
  `(?:^|[\\s;&|(/"'])(?:(${FROM_ROOT})|(${FROM_ANY})|(su)(?=\\s+-))(?=$|[\\s;&|)"'])`,
);

/** Images whose entry point starts as root and changes its user (docker-library: `gosu` and `setpriv` of the entry points). */
const IMAGES_FROM_ROOT = new Set([
  'cassandra',
  'clickhouse-server',
  'code-server',
  'ghost',
  'gitea',
  'httpd',
  'influxdb',
  'mariadb',
  'mongo',
  'mysql',
  'neo4j',
  'nextcloud',
  'nginx',
  'openresty',
  'percona',
  'pgvector',
  'postgis',
  'postgres',
  'rabbitmq',
  'redis',
  'redis-stack',
  'redis-stack-server',
  'searxng',
  'squid',
  'timescaledb',
  'valkey',
  'wordpress',
  'zookeeper',
]);
/** Those of publishers whose images start with s6-overlay. */
const S6 = /(^|\/)(linuxserver|lscr\.io|kubeflownotebookswf|jlesage)\//;
/** Those that gain privileges as an ordinary user. */
const IMAGES_FROM_ANY = /(^|\/)selenium\/|(^|\/)(podman|buildah)(\/|:|@|$)/;

function byImage(image: string): UserChange | null {
  const name = imageName(image);
  if (IMAGES_FROM_ANY.test(image) || imageTag(image).includes('rootless')) {
    return { kind: 'changes', program: `image ${name}`, fromRoot: false };
  }
  // Bitnami's images of the same names have an ordinary user.
  const fromRoot = IMAGES_FROM_ROOT.has(name) && !image.includes('bitnami');
  return fromRoot || S6.test(image) ? { kind: 'changes', program: `image ${name}`, fromRoot: true } : null;
}

/** Words that begin a command in a script and are no program. */
const KEYWORDS = new Set(['!', '{', '}', 'do', 'elif', 'else', 'if', 'then', 'until', 'while']);
const PLAIN =
  /^(python(3(\.\d+)?)?|pypy3?|node|npm|npx|pnpm|yarn|bun|deno|java|dotnet|ruby|uv|uvx|pip3?|poetry|pdm|ray|torchrun|accelerate|uvicorn|hypercorn|streamlit|fastapi|jupyter(-lab|-notebook)?|airflow|:|\.|\[|awk|basename|break|cat|cd|chgrp|chmod|chown|continue|cp|curl|cut|date|dirname|done|echo|env|esac|exit|export|false|fi|find|for|git|grep|head|hostname|ln|ls|mkdir|mv|nc|nslookup|printf|pwd|read|rm|sed|seq|set|shift|sleep|sort|source|tail|tar|tee|test|touch|tr|trap|true|ulimit|umask|uname|unset|unzip|wait|wc|wget|xargs)$/;

function isPlain(words: readonly string[]): boolean {
  const first = words.find((word) => !KEYWORDS.has(word));
  return first === undefined || PLAIN.test(first.slice(first.lastIndexOf('/') + 1));
}

/** Judged by names alone: what an image does is not in the manifest. */
export function userChange(container: Container): UserChange {
  const line = [...(container.command ?? []), ...(container.args ?? [])].join(' ');
  const [, fromRoot, fromAny, su] = PROGRAM.exec(line) ?? [];
  const program = fromRoot ?? fromAny ?? su;
  if (program !== undefined) return { kind: 'changes', program, fromRoot: fromRoot !== undefined };
  const hasCommand = (container.command ?? []).length > 0;
  const image = hasCommand ? null : byImage(container.image ?? '');
  if (image !== null) return image;
  if (startsKnownServer(container)) return { kind: 'stays' };
  const commands = hasCommand ? commandsOf(container) : null;
  return { kind: commands?.every(isPlain) === true ? 'plain' : 'unknown' };
}
