import type { Container } from '../pod/pod.ts';
import { userChange } from './user-change.ts';

function kind(container: Partial<Container>): string {
  const change = userChange({ name: 'c', ...container });
  return change.kind === 'changes' ? `${change.program}${change.fromRoot ? '' : ', any user'}` : change.kind;
}

describe('userChange', () => {
  it.each<[string, Partial<Container>, string]>([
    ['an image without a command', { image: 'example/agent:1' }, 'unknown'],
    ['an entry point of the image', { command: ['/docker-entrypoint.sh'] }, 'unknown'],
    ['a script that cannot be parsed', { command: ['sh', '-c', 'python $(which app)'] }, 'unknown'],
    [
      'a script with an unknown program',
      { command: ['sh', '-c', 'python prepare.py && ./serve'] },
      'unknown',
    ],
    ['what a script is given', { command: ['sh', '-c', 'exec "$@"', 'x', 'python'] }, 'unknown'],
    ['a known server in an unknown way', { image: 'ollama/ollama', args: ['run', 'm'] }, 'unknown'],

    ['an official image', { image: 'docker.io/library/nginx:1.27-alpine' }, 'image nginx'],
    ['by digest', { image: `postgres@sha256:${'0'.repeat(64)}` }, 'image postgres'],
    ['s6-overlay', { image: 'lscr.io/linuxserver/code:latest' }, 'image code'],
    ['a notebook of Kubeflow', { image: 'kubeflownotebookswf/jupyter-pytorch:v1' }, 'image jupyter-pytorch'],
    ['a rootless builder', { image: 'moby/buildkit:v0.25-rootless' }, 'image buildkit, any user'],
    ['a browser grid', { image: 'selenium/standalone-chrome:4' }, 'image standalone-chrome, any user'],
    ['gosu', { command: ['gosu', 'app', 'python', 'app.py'] }, 'gosu'],
    ['with a path', { command: ['/usr/sbin/nginx', '-g', 'daemon off;'] }, 'nginx'],
    ['in a script', { command: ['bash', '-c', 'apt-get update\nvllm serve m'] }, 'apt-get'],
    ['in args', { args: ['sh', '-c', 'su - app -c serve'] }, 'su, any user'],
    ['sudo', { command: ['sh', '-c', 'sudo -E python app.py'] }, 'sudo, any user'],

    ['an unprivileged variant', { image: 'nginxinc/nginx-unprivileged:1' }, 'unknown'],
    ['another publisher', { image: 'bitnami/postgres:17' }, 'unknown'],
    ['a word within a word', { command: ['python', 'nginx-exporter.py', '--user=sudoku'] }, 'plain'],
    ['an option that begins alike', { command: ['python', 'app.py', '--lang', 'su'] }, 'plain'],

    ['the command in an image that changes', { image: 'nginx:1', command: ['python', 'x.py'] }, 'plain'],
    [
      'a script of such programs',
      { command: ['sh', '-c', 'if [ -f x ]; then cp x y; fi; exec python a'] },
      'plain',
    ],
    ['a known server', { image: 'vllm/vllm-openai:v1', args: ['--model=m'] }, 'stays'],
    [
      'a known server in a script',
      { command: ['sh', '-c', 'mkdir -p x && ./prepare; vllm serve m'] },
      'stays',
    ],
  ])('%s', (_name, container, expected) => {
    expect(kind(container)).toBe(expected);
  });
});
