import type { Container, Pod } from '@llm-boundary/webhook/inject';

import { unmetNeeds } from './needs.ts';
import { restrictedForm, violations } from './pod-security.ts';
import { StandIns } from './stand-in.ts';
import { warningLabels } from './warnings.ts';

describe('StandIns', () => {
  const standIns = new StandIns();
  afterAll(() => {
    standIns.close();
  });

  it.each<[string, Partial<Container>, readonly string[] | null]>([
    ['an unknown program', { command: ['serve'] }, null],
    ['a script without a server', { command: ['sh', '-c', 'sleep 1'] }, null],
    ['a server that keeps its port', { image: 'vllm/vllm-openai:v1', args: ['--model=m'] }, ['0.0.0.0:8000']],
    [
      'the last of two options',
      { image: 'vllm/vllm-openai:v1', args: ['--port', '1', '--port=2', '--host', '127.0.0.1'] },
      ['127.0.0.1:2'],
    ],
    [
      'a variable that a shell expands, behind another program',
      {
        command: ['sh', '-c', 'mkdir x; exec langgraph dev --port ${PORT:-2024}'],
        env: [{ name: 'PORT', value: '7' }],
      },
      ['127.0.0.1:7'],
    ],
    [
      'a variable of the image that the pod overrides',
      { image: 'docker.io/ollama/ollama:1', env: [{ name: 'OLLAMA_HOST', value: '127.0.0.1:15440' }] },
      ['127.0.0.1:15440'],
    ],
    [
      'an option that wins over a variable',
      {
        image: 'ghcr.io/berriai/litellm:1',
        args: ['--port', '15440'],
        env: [{ name: 'PORT', value: '4000' }],
      },
      ['0.0.0.0:15440'],
    ],
  ])('%s', (_name, container, expected) => {
    expect(standIns.listeners({ name: 'c', ...container })).toEqual(expected);
  });
});

const pod: Pod = { spec: { containers: [{ name: 'c', image: 'example/app:1' }] } };

describe('violations', () => {
  it.each<[string, Partial<Container>, 'baseline' | 'restricted', readonly string[]]>([
    ['privileged', { securityContext: { privileged: true } }, 'baseline', ['c: privileged']],
    [
      'a capability',
      { securityContext: { capabilities: { add: ['NET_ADMIN'] } } },
      'baseline',
      ['c: NET_ADMIN'],
    ],
    ['a port of the node', { ports: [{ containerPort: 1, hostPort: 1 }] }, 'baseline', ['c: hostPort']],
    [
      'nothing set',
      {},
      'restricted',
      ['c: allowPrivilegeEscalation', 'c: runAsNonRoot', 'c: capabilities', 'c: seccompProfile'],
    ],
  ])('%s', (_name, more, level, expected) => {
    const one: Pod = { spec: { containers: [{ name: 'c', ...more }] } };
    expect(violations(one, level)).toEqual(expected);
    expect(violations(one, 'privileged')).toEqual([]);
  });

  it('the restricted form of a template has none', () => {
    expect(violations(restrictedForm(pod) as Pod, 'restricted')).toEqual([]);
  });
});

describe('unmetNeeds', () => {
  const silent = { pod, capture: 'redirect', warnings: [] } as const;

  it('is every need that neither the pod nor a warning answers', () => {
    const needs = ['database', 'kubernetes-api', 'unread-environment', 'own-port-in-urls'] as const;
    expect(unmetNeeds(needs, silent)).toEqual(['database', 'kubernetes-api', 'unread-environment']);
    expect(unmetNeeds(needs, { ...silent, capture: 'takeover' })).toEqual([
      'unread-environment',
      'own-port-in-urls',
    ]);
    expect(unmetNeeds(['database'], { ...silent, warnings: ['list it in action.tcp'] })).toEqual([]);
  });
});

describe('warningLabels', () => {
  it('knows every warning, or throws', () => {
    expect(() => warningLabels(['llm-boundary: something new'])).toThrow('no name for');
  });
});
