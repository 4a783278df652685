/** Short names of what injection warns of, for the matrix; null: said of every pod. */
const LABELS: readonly (readonly [RegExp, string | null])[] = [
  [/: policy \S+, capture /, null],
  [/: capture takeover does not stop a container from dialling out/, null],
  [/changes its user or gains privileges, which fails/, 'changes user'],
  [/it gets group 0 and no SETUID/, 'user unknown'],
  [/runs as root without SETUID/, 'root'],
  [/has no runAsUser: it gets group 0$/, 'group 0'],
  [/which is not HTTP\/1\.1 and is refused/, 'database'],
  [/is not in the pod: if it names a database/, 'database'],
  [/is inspected as HTTP but looks like/, 'other protocol'],
  [/serves one model from several pods/, 'several pods'],
  [/has envFrom/, 'envFrom'],
  [/has a postStart hook/, 'hook'],
  [/may listen on all addresses/, 'port stays open'],
  [/set WEBHOOK_URL/, 'webhook URLs'],
  [/: port [\d, ]+ is closed$/, 'closed port'],
  [/no port is declared/, 'no port'],
  [/model-ports is "none"/, 'serves nothing'],
  [/does not point to a provider of the sidecar/, 'base URL'],
];

/** @throws Error for a warning without a name */
export function warningLabels(warnings: readonly string[]): readonly string[] {
  const labels = warnings.map((warning) => {
    const found = LABELS.find(([pattern]) => pattern.test(warning));
    if (found === undefined) throw new Error(`no name for: ${warning}`);
    return found[1];
  });
  return [...new Set(labels.filter((label) => label !== null))].sort();
}
