/** A workload, by its controller, and the names of the pods that it has now. */
export interface Watched {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly pods: readonly string[];
}

/** Of the suffixes that Kubernetes makes up: no vowels, and no digits that look like them. k8s.io/apimachinery/pkg/util/rand */
const MADE_UP = '[bcdfghjklmnpqrstvwxz2456789]';
/** Queries are sent in a URL, of which proxies take 8 kB. */
const MAX_NAMED = 50;
const METRIC = 'llm_boundary_exchanges_total';

function literally(text: string): string {
  return text.replace(/[.+*?()[\]{}|^$\\]/g, '\\$&');
}

/** The names that a controller gives its pods. */
function made(kind: string, name: string): string {
  switch (kind) {
    case 'Pod':
      return name;
    case 'Deployment':
      return `${name}-${MADE_UP}{1,10}-${MADE_UP}{5}`;
    case 'StatefulSet':
      return `${name}-[0-9]+`;
    default:
      return `${name}-([0-9]+-)?${MADE_UP}{5}`;
  }
}

/**
 * The pods of a workload as a regular expression of Prometheus, which is anchored: those that are gone too, by the names that Kubernetes gives.
 * Pods of other names (of other controllers, or cut at 63 characters) only while they are there, and 50 at most.
 */
function podsOf({ kind, name, pods }: Watched): string {
  const pattern = made(kind, literally(name));
  const known = new RegExp(`^(?:${pattern})$`);
  const others = pods.filter((pod) => !known.test(pod)).slice(0, MAX_NAMED);
  return [pattern, ...others.map(literally)].join('|');
}

/**
 * The outcomes of a workload's exchanges, counted in steps. A series begins with its first exchange, which `increase` does not see: what began in
 * a step counts as it stands at its end. Not what is missing at the start of a step only because it was not scraped for a while.
 */
export function historyQuery(workload: Watched, stepS: number): string {
  // JSON's escapes are among those of PromQL's strings: https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
  const labels = `namespace=${JSON.stringify(workload.namespace)},pod=~${JSON.stringify(podsOf(workload))}`;
  const series = `${METRIC}{${labels}}`;
  const begun = `last_over_time(${series}[${stepS}s]) unless present_over_time(${series}[6h] offset ${stepS}s)`;
  return `sum by (outcome) ((${begun}) or increase(${series}[${stepS}s]))`;
}
