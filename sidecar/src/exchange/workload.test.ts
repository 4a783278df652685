import { UNKNOWN_WORKLOAD, workloadFrom } from './workload.ts';

describe('workloadFrom', () => {
  it.each([
    ['no variables', {}],
    ['empty ones', { LLM_BOUNDARY_POD_LABELS: '', LLM_BOUNDARY_POD_OWNER: '', LLM_BOUNDARY_POD_IMAGES: '' }],
    ['an owner without a kind', { LLM_BOUNDARY_POD_OWNER: '/bot' }],
    ['an owner without a name', { LLM_BOUNDARY_POD_OWNER: 'Deployment/' }],
    ['entries without a key', { LLM_BOUNDARY_POD_IMAGES: '=x,y,' }],
  ])('knows nothing from %s', (_, environment) => {
    expect(workloadFrom(environment)).toEqual(UNKNOWN_WORKLOAD);
  });

  it('reads what injection sets', () => {
    expect(
      workloadFrom({
        LLM_BOUNDARY_POD_NAMESPACE: 'chat',
        LLM_BOUNDARY_POD_NAME: 'bot-7d',
        LLM_BOUNDARY_SERVICE_ACCOUNT: 'bot',
        LLM_BOUNDARY_POD_LABELS: 'app.kubernetes.io/name=bot,empty=,__proto__=x',
        LLM_BOUNDARY_POD_OWNER: 'Deployment/bot',
        LLM_BOUNDARY_POD_IMAGES: 'model=registry.example.com:5000/vllm@sha256:ab,tool=b:1',
      }),
    ).toEqual({
      namespace: 'chat',
      name: 'bot-7d',
      serviceAccount: 'bot',
      labels: new Map([
        ['app.kubernetes.io/name', 'bot'],
        ['empty', ''],
        ['__proto__', 'x'],
      ]),
      owner: { kind: 'Deployment', name: 'bot' },
      images: new Map([
        ['model', 'registry.example.com:5000/vllm@sha256:ab'],
        ['tool', 'b:1'],
      ]),
    });
  });
});
