import { isDeepStrictEqual } from 'node:util';

import type { AuditVolume } from '../../pod/audit-volume.ts';
import type { InjectConfig } from '../../pod/config.ts';
import { CONTAINERS, OWN_PREFIX, PATHS, VOLUMES } from '../../pod/names.ts';
import type { InjectPolicy } from '../../pod/policy.ts';
import type { Pod, Volume, VolumeMount } from '../../pod/pod.ts';
import { refuse } from '../../pod/refusals.ts';

/** 0644, the API's default, written out so that a second pass sees the same bytes. */
const DEFAULT_MODE = 420;

/** From the policy if it sets one, else from the installation. */
export function auditVolume({ resources }: InjectPolicy, config: InjectConfig): AuditVolume {
  return resources.auditVolume ?? config.auditVolume;
}

function auditSource({ kind, size, storageClass }: AuditVolume): Omit<Volume, 'name'> {
  switch (kind) {
    case 'disk':
      return { emptyDir: { sizeLimit: size } };
    case 'memory':
      return { emptyDir: { medium: 'Memory', sizeLimit: size } };
    case 'claim':
      return {
        ephemeral: {
          volumeClaimTemplate: {
            spec: {
              accessModes: ['ReadWriteOnce'],
              resources: { requests: { storage: size } },
              ...(storageClass === null ? {} : { storageClassName: storageClass }),
              volumeMode: 'Filesystem',
            },
          },
        },
      };
  }
}

/** Not optional: without the published policy the kubelet waits with an Event, and nothing starts. */
export function ownVolumes(policy: InjectPolicy, config: InjectConfig): readonly Volume[] {
  return [
    { name: VOLUMES.policy, configMap: { defaultMode: DEFAULT_MODE, name: policy.configMap } },
    { name: VOLUMES.audit, ...auditSource(auditVolume(policy, config)) },
    // An empty folder that does not count as local storage, so that it blocks neither the drain nor the removal of a node.
    { name: VOLUMES.noToken, downwardAPI: { defaultMode: DEFAULT_MODE } },
    ...secretVolumes(config),
    ...anchorVolumes(policy, config),
  ];
}

/** Occupies the token's path, so that the ServiceAccount plugin mounts no token there. */
export const noToken: VolumeMount = { mountPath: PATHS.token, name: VOLUMES.noToken, readOnly: true };

/** Optional: a namespace whose policies name no receiver, whose records need no digests, or whose policies name no file, needs no Secret. */
function secretVolumes({ otlpSecret, digestSecret, policySecret }: InjectConfig): readonly Volume[] {
  const optional = (name: string, secretName: string | null): readonly Volume[] =>
    secretName === null ? [] : [{ name, secret: { defaultMode: DEFAULT_MODE, optional: true, secretName } }];
  return [
    ...optional(VOLUMES.otlp, otlpSecret),
    ...optional(VOLUMES.digest, digestSecret),
    ...optional(VOLUMES.secrets, policySecret),
  ];
}

/** Files in the volume of the anchor. */
export const ANCHOR_FILES = { ca: 'ca.crt', token: 'token' } as const;

/** The anchor's audience, and the key of its CA beside a published policy; shared with the code of anchor and webhook. */
export const ANCHOR = { audience: 'llm-boundary-anchor', caKey: 'anchor-ca.crt' } as const;

/** The kubelet renews it after four fifths of this. */
const TOKEN_SECONDS = 3600;

/**
 * A token for the anchor only, and the anchor's CA, which the webhook publishes with the policy. Optional, because with a new anchor it
 * arrives a little later than the policy.
 */
function anchorVolumes({ configMap }: InjectPolicy, { anchorUrl }: InjectConfig): readonly Volume[] {
  if (anchorUrl === null) return [];
  const { ca, token } = ANCHOR_FILES;
  const { audience, caKey } = ANCHOR;
  const sources = [
    { serviceAccountToken: { audience, expirationSeconds: TOKEN_SECONDS, path: token } },
    { configMap: { items: [{ key: caKey, path: ca }], name: configMap, optional: true } },
  ];
  return [{ name: VOLUMES.anchor, projected: { defaultMode: DEFAULT_MODE, sources } }];
}

export function sidecarMounts({
  otlpSecret,
  digestSecret,
  policySecret,
  anchorUrl,
}: InjectConfig): readonly VolumeMount[] {
  return [
    { mountPath: PATHS.policy, name: VOLUMES.policy, readOnly: true },
    { mountPath: PATHS.audit, name: VOLUMES.audit },
    noToken,
    ...(otlpSecret === null ? [] : [{ mountPath: PATHS.otlp, name: VOLUMES.otlp, readOnly: true }]),
    ...(digestSecret === null ? [] : [{ mountPath: PATHS.digest, name: VOLUMES.digest, readOnly: true }]),
    ...(policySecret === null ? [] : [{ mountPath: PATHS.secrets, name: VOLUMES.secrets, readOnly: true }]),
    ...(anchorUrl === null ? [] : [{ mountPath: PATHS.anchor, name: VOLUMES.anchor, readOnly: true }]),
  ];
}

/** A claim belongs to root, and to the pod's fsGroup if set. */
export function volumeWarnings({ spec }: Pod, policy: InjectPolicy, config: InjectConfig): readonly string[] {
  return auditVolume(policy, config).kind === 'claim' && typeof spec.securityContext?.fsGroup !== 'number'
    ? [
        'the record is on a claim and the pod has no spec.securityContext.fsGroup: set one, or the sidecar will not become ready, unless every user can write to volumes of the storage class',
      ]
    : [];
}

/** An earlier pass may have had another policy or size; only the kind of each volume must be equal. */
function sameKind(found: Volume, own: Volume): boolean {
  return isDeepStrictEqual(Object.keys(found).sort(), Object.keys(own).sort());
}

/**
 * No foreign volume has a reserved name, and no other container mounts the injected volumes. @param injected true if an earlier pass added
 * them @throws InjectionRefused
 */
export function checkVolumes(pod: Pod, own: readonly Volume[], injected: boolean): void {
  (pod.spec.volumes ?? []).forEach((volume, index) => {
    if (!volume.name.startsWith(OWN_PREFIX)) return;
    const expected = own.find(({ name }) => name === volume.name);
    if (injected && expected !== undefined && sameKind(volume, expected)) return;
    refuse('impostor_volume', `spec.volumes[${index}]`, `Volume ${volume.name}.`);
  });
  for (const list of ['containers', 'initContainers', 'ephemeralContainers'] as const) {
    (pod.spec[list] ?? []).forEach((container, index) => {
      if (container.name === CONTAINERS.sidecar || container.name === CONTAINERS.netInit) return;
      const mount = (container.volumeMounts ?? []).findIndex(({ name }) => name.startsWith(OWN_PREFIX));
      if (mount !== -1) {
        refuse(
          'volume_shared',
          `spec.${list}[${index}].volumeMounts[${mount}]`,
          `Container ${container.name}.`,
        );
      }
    });
  }
}

/** API servers write `metadata: {}` into the template of a claim, older ones `metadata: { creationTimestamp: null }`. */
function withoutEmptyMetadata(volume: Volume): unknown {
  return JSON.parse(JSON.stringify(volume).replace(/"metadata":\{(?:"creationTimestamp":null)?\},?/, ''));
}

function sameVolume(found: Volume, own: Volume): boolean {
  return isDeepStrictEqual(withoutEmptyMetadata(found), withoutEmptyMetadata(own));
}

function place(found: Volume, own: readonly Volume[]): Volume {
  const expected = own.find(({ name }) => name === found.name);
  return expected === undefined || sameVolume(found, expected) ? found : expected;
}

/** In place if an earlier pass added them, else at the end. */
export function withOwnVolumes(found: readonly Volume[], own: readonly Volume[]): Volume[] {
  return [
    ...found.map((volume) => place(volume, own)),
    ...own.filter(({ name }) => !found.some((volume) => volume.name === name)),
  ];
}
