// Last of an uninstall: what the webhook made. Sidecars that still run keep the policy that they have loaded.
const own = process.env.NAMESPACE;
for (const name of process.env.SECRETS.split(',')) await remove(`/api/v1/namespaces/${own}/secrets/${name}`);
await remove(`/api/v1/namespaces/${own}/configmaps/llm-boundary-anchor-ca`);
await remove(`/apis/coordination.k8s.io/v1/namespaces/${own}/leases/llm-boundary-webhook`);
const selector = encodeURIComponent(
  'llm-boundary.io/published=true,app.kubernetes.io/managed-by=llm-boundary',
);
const { status, body } = await call('GET', `/api/v1/configmaps?labelSelector=${selector}`);
if (status !== 200) throw new Error(`published policies: ${status} ${body.message ?? ''}`);
for (const { metadata } of body.items) {
  await remove(`/api/v1/namespaces/${metadata.namespace}/configmaps/${metadata.name}`);
}
