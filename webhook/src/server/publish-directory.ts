import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { stringify } from 'yaml';

import type { PublishedConfigMap } from '../policies/index.ts';

/** Kubernetes names, which are safe as path segments. */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/**
 * Writes a published ConfigMap as the kubelet would mount it: `DIR/NAMESPACE/CONFIGMAP/KEY`, and its manifest beside it. Each file is
 * replaced atomically; keys no longer in the ConfigMap are removed. @throws the system's error
 */
export function publishToDirectory(folder: string, map: PublishedConfigMap): void {
  const { namespace, name } = map.metadata;
  if (!NAME.test(namespace) || !NAME.test(name)) throw new Error('a name that is not one of Kubernetes');
  const mount = join(folder, namespace, name);
  mkdirSync(mount, { recursive: true });
  const write = (file: string, text: string): void => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  for (const [key, text] of Object.entries(map.data)) write(join(mount, key), text);
  for (const file of readdirSync(mount)) if (!Object.hasOwn(map.data, file)) rmSync(join(mount, file));
  write(`${mount}.yaml`, stringify(map, { lineWidth: 0 }));
}
