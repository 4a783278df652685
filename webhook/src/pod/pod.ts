import { z } from 'zod';

/**
 * The parts of a Pod that injection reads or writes. Objects are loose: unnamed fields stay unchanged, so that newer Kubernetes fields
 * survive. Null equals absent, as in the API.
 */
const text = z.string();
const texts = z.record(text, text);

const port = z.looseObject({
  name: text.nullish(),
  containerPort: z.number().int(),
  hostPort: z.number().int().nullish(),
  protocol: text.nullish(),
});

const envVar = z.looseObject({ name: text, value: text.nullish(), valueFrom: z.unknown().optional() });
const portRef = z.union([z.number().int(), text]);

const httpGet = z.looseObject({
  path: text.nullish(),
  port: portRef,
  host: text.nullish(),
  scheme: text.nullish(),
});
const tcpSocket = z.looseObject({ port: portRef, host: text.nullish() });

const handler = z.looseObject({
  httpGet: httpGet.nullish(),
  tcpSocket: tcpSocket.nullish(),
  grpc: z.looseObject({ port: z.number().int(), service: text.nullish() }).nullish(),
  exec: z.unknown().optional(),
});

const lifecycle = z.looseObject({ postStart: handler.nullish(), preStop: handler.nullish() });

const capabilities = z.looseObject({ add: z.array(text).nullish(), drop: z.array(text).nullish() });

const containerSecurity = z.looseObject({
  runAsUser: z.number().int().nullish(),
  runAsGroup: z.number().int().nullish(),
  runAsNonRoot: z.boolean().nullish(),
  privileged: z.boolean().nullish(),
  allowPrivilegeEscalation: z.boolean().nullish(),
  capabilities: capabilities.nullish(),
});

const quantity = z.union([text, z.number()]);
const resources = z.looseObject({
  requests: z.record(text, quantity).nullish(),
  limits: z.record(text, quantity).nullish(),
});

const volumeMount = z.looseObject({ name: text, mountPath: text, readOnly: z.boolean().nullish() });

const container = z.looseObject({
  name: text,
  image: text.nullish(),
  command: z.array(text).nullish(),
  args: z.array(text).nullish(),
  ports: z.array(port).nullish(),
  env: z.array(envVar).nullish(),
  envFrom: z.array(z.unknown()).nullish(),
  resources: resources.nullish(),
  volumeMounts: z.array(volumeMount).nullish(),
  livenessProbe: handler.nullish(),
  readinessProbe: handler.nullish(),
  startupProbe: handler.nullish(),
  lifecycle: lifecycle.nullish(),
  securityContext: containerSecurity.nullish(),
  restartPolicy: text.nullish(),
});

const volume = z.looseObject({ name: text, hostPath: z.looseObject({ path: text }).nullish() });

const podSecurity = z.looseObject({
  fsGroup: z.number().int().nullish(),
  runAsUser: z.number().int().nullish(),
  runAsGroup: z.number().int().nullish(),
  runAsNonRoot: z.boolean().nullish(),
});

const expression = z.looseObject({ key: text, operator: text, values: z.array(text).nullish() });
const nodeTerms = z.looseObject({
  nodeSelectorTerms: z.array(z.looseObject({ matchExpressions: z.array(expression).nullish() })),
});
const nodeAffinity = z.looseObject({ requiredDuringSchedulingIgnoredDuringExecution: nodeTerms.nullish() });

const podSpec = z.looseObject({
  containers: z.array(container).min(1),
  initContainers: z.array(container).nullish(),
  ephemeralContainers: z.array(container).nullish(),
  volumes: z.array(volume).nullish(),
  hostNetwork: z.boolean().nullish(),
  hostPID: z.boolean().nullish(),
  shareProcessNamespace: z.boolean().nullish(),
  os: z.looseObject({ name: text }).nullish(),
  nodeSelector: texts.nullish(),
  affinity: z.looseObject({ nodeAffinity: nodeAffinity.nullish() }).nullish(),
  nodeName: text.nullish(),
  runtimeClassName: text.nullish(),
  securityContext: podSecurity.nullish(),
  terminationGracePeriodSeconds: z.number().int().nullish(),
  dnsPolicy: text.nullish(),
  dnsConfig: z.looseObject({ nameservers: z.array(text).nullish() }).nullish(),
  /** One budget for the whole pod (Kubernetes 1.34). */
  resources: resources.nullish(),
});

const metadata = z.looseObject({
  name: text.nullish(),
  generateName: text.nullish(),
  namespace: text.nullish(),
  labels: texts.nullish(),
  annotations: texts.nullish(),
  ownerReferences: z
    .array(z.looseObject({ kind: text, name: text.nullish(), controller: z.boolean().nullish() }))
    .nullish(),
});

const pod = z.looseObject({
  apiVersion: text.nullish(),
  kind: text.nullish(),
  metadata: metadata.nullish(),
  spec: podSpec,
});

const namespace = z.looseObject({
  kind: text.nullish(),
  metadata: z.looseObject({ name: text, labels: texts.nullish(), annotations: texts.nullish() }),
});

export type Pod = z.infer<typeof pod>;
export type Container = z.infer<typeof container>;
export type ContainerPort = z.infer<typeof port>;
export type EnvVar = z.infer<typeof envVar>;
export type Handler = z.infer<typeof handler>;
export type Volume = z.infer<typeof volume>;
export type VolumeMount = z.infer<typeof volumeMount>;
export type Resources = z.infer<typeof resources>;
export type Namespace = z.infer<typeof namespace>;

export type Parsed<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly field: string };

function parse<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, value: result.data };
  const path = result.error.issues[0]?.path ?? [];
  return { ok: false, field: path.length === 0 ? '(root)' : path.map(String).join('.') };
}

/** Attacker-controlled input. Never throws: an invalid pod yields the path of the first fault. */
export function parsePod(value: unknown): Parsed<Pod> {
  return parse(pod, value);
}

/** Like {@link parsePod}, for a Namespace object. */
export function parseNamespace(value: unknown): Parsed<Namespace> {
  return parse(namespace, value);
}

/** A copy of the object without some keys. */
export function without<T extends object, K extends keyof T>(object: T, ...keys: readonly K[]): Omit<T, K> {
  const copy = { ...object };
  for (const key of keys) Reflect.deleteProperty(copy, key);
  return copy;
}
