// helm test: creates pods as a dry run, through the real API server with all its admission, and looks at what comes back.
const namespace = process.env.TEST_NAMESPACE;
const path = `/api/v1/namespaces/${namespace}/pods?dryRun=All`;
const pod = (spec = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { generateName: 'llm-boundary-test-', labels: { 'llm-boundary.io/inject': 'true' } },
  spec: {
    containers: [
      {
        name: 'model',
        image: 'vllm/vllm-openai:latest',
        args: ['--model', 'test'],
        ports: [{ containerPort: 8000 }],
        securityContext: { runAsUser: 1000 },
      },
    ],
    ...spec,
  },
});
const check = (holds, text) => {
  console.log(`${holds ? 'ok' : 'FAILED'}: ${text}`);
  if (!holds) process.exitCode = 1;
};
const find = ({ body }) =>
  (body.spec?.initContainers ?? []).find(({ name }) => name === 'llm-boundary-sidecar');
// Right after an upgrade, replicas of the release before answer until they have ended, and new ones may be slow for some seconds.
const settled = (answer) =>
  answer.status < 500 && (answer.status !== 201 || find(answer)?.image === process.env.SIDECAR_IMAGE);
const deadline = Date.now() + 60_000;
let injected = await call('POST', path, pod());
while (!settled(injected) && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 2000));
  injected = await call('POST', path, pod());
}
const names = (injected.body.spec?.initContainers ?? []).map(({ name }) => name);
check(
  injected.status === 201,
  `a labelled pod is admitted in ${namespace} (${injected.status} ${injected.body.message ?? ''})`,
);
check(names.includes('llm-boundary-sidecar'), `it has the sidecar (init containers: ${names.join(', ')})`);
check(names.indexOf('llm-boundary-sidecar') <= 1, 'before every other container');
check(find(injected)?.image === process.env.SIDECAR_IMAGE, `of image ${process.env.SIDECAR_IMAGE}`);
const impostor = { name: 'llm-boundary-sidecar', image: 'example.com/impostor', restartPolicy: 'Always' };
const refused = await call('POST', path, pod({ initContainers: [impostor] }));
check(refused.status === 403 || refused.status === 400, `an impostor is refused (${refused.status})`);
const shared = await call('POST', path, pod({ hostNetwork: true }));
check(shared.status === 403 || shared.status === 400, `hostNetwork is refused (${shared.status})`);
