import type { PolicyConfigMap, PublishedConfigMap, PublishedStore } from '../policies/index.ts';
import { isStatus, type Rest } from './rest.ts';

const MANAGER = 'llm-boundary';

/** Published policies in the cluster. A reflector maintains {@link list}. */
export class ClusterPublishedStore implements PublishedStore {
  readonly #rest: Rest;
  readonly #found = new Map<string, PolicyConfigMap>();

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  set(map: PolicyConfigMap): void {
    this.#found.set(`${map.metadata.namespace ?? ''}/${map.metadata.name}`, map);
  }

  delete(namespace: string, name: string): void {
    this.#found.delete(`${namespace}/${name}`);
  }

  list(): readonly PolicyConfigMap[] {
    return [...this.#found.values()];
  }

  /**
   * Server-side apply takes back every owned field that others changed. Keys that others added to the data would remain, so they are
   * removed first. @throws KubeError
   */
  async write(map: PublishedConfigMap): Promise<void> {
    const { namespace, name } = map.metadata;
    const path = `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const found = this.#found.get(`${namespace}/${name}`);
    const foreign = Object.keys(found?.data ?? {}).filter((key) => !Object.hasOwn(map.data, key));
    if (foreign.length > 0) {
      await this.#rest.send({
        method: 'PATCH',
        path: `${path}?fieldManager=${MANAGER}`,
        contentType: 'application/merge-patch+json',
        body: { data: Object.fromEntries(foreign.map((key) => [key, null])) },
      });
    }
    await this.#rest.send({
      method: 'PATCH',
      path: `${path}?fieldManager=${MANAGER}&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: map,
    });
  }

  async remove(namespace: string, name: string): Promise<void> {
    try {
      await this.#rest.send({ method: 'DELETE', path: `/api/v1/namespaces/${namespace}/configmaps/${name}` });
    } catch (error) {
      if (!isStatus(error, 404)) throw error;
    }
  }
}
