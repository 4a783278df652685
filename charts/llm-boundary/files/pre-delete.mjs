// First of an uninstall: nothing calls the webhook any more, so its end stops no pod.
for (const kind of ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']) {
  await remove(`/apis/admissionregistration.k8s.io/v1/${kind}/llm-boundary`);
}
