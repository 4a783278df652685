import { spreadsModel } from './several-pods.ts';

describe('spreadsModel', () => {
  it.each<[string, { image?: string; command?: string[]; args?: string[] }, string | null]>([
    ['a browser without a screen', { image: 'example/browser:1', args: ['chromium', '--headless'] }, null],
    ['one node', { args: ['--nnodes', '1', '--node-rank', '0'] }, null],
    ['one node, at the end', { args: ['--nnodes=1'] }, null],
    ['a model server', { image: 'vllm/vllm-openai:v1', args: ['--model=m'] }, null],
    ['two nodes', { args: ['--nnodes', '2'] }, '--nnodes'],
    ['sixteen nodes', { args: ['--nnodes=16'] }, '--nnodes'],
    [
      'a process of vLLM without an API',
      { image: 'vllm/vllm-openai:v1', args: ['--headless'] },
      '--headless',
    ],
    ['a leader', { args: ['--dist-init-addr', 'leader:20000'] }, '--dist-init-addr'],
    ['Ray in a script', { command: ['sh', '-c', 'x\nray start --head; y'] }, 'ray start'],
  ])('%s', (_name, container, expected) => {
    expect(spreadsModel({ name: 'c', ...container })).toBe(expected);
  });
});
