import { Chain, createSigner, type JsonObject } from '@llm-boundary/sidecar/audit/fleet';

import type { PodIdentity } from '../../anchor/registry.ts';

let random = 0;

/** A log as a sidecar writes it, without a disk. */
export class FakeLog {
  readonly chain: Chain;
  readonly signer: ReturnType<typeof createSigner>;
  readonly genesis: string;

  constructor(pod: PodIdentity, origin?: string, previous: readonly JsonObject[] = []) {
    this.chain = new Chain(
      origin ?? `local/${pod.namespace}/${pod.name}/chain/${String((random += 1)).padStart(16, '0')}`,
      Date.now,
    );
    this.signer = createSigner(this.chain.origin);
    this.genesis = this.chain.event('genesis', {
      commitment_key: null,
      identity: {
        cluster: null,
        host: 'h',
        namespace: pod.namespace,
        node: null,
        pod: pod.name,
        pod_uid: pod.uid,
        service_account: null,
      },
      key: this.signer.key,
      node: 'v22',
      policy: { generation: 1, name: 'default', sha256: 'ab'.repeat(32) },
      previous: [...previous],
      version: '0.0.0',
    });
  }

  /** Grows by a line and a signature, and gives the note. */
  grow(): string {
    this.chain.event('heartbeat', { lost: 0, records: 0 });
    return this.signer.sign(this.chain.head);
  }

  head(more: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
    return {
      v: 1,
      time: Date.now(),
      note: this.signer.sign(this.chain.head),
      seal: null,
      genesis: this.genesis,
      ...more,
    };
  }

  seal(): Readonly<Record<string, unknown>> {
    const seal = this.chain.event('seal', { lost: 0, records: 0 });
    return this.head({ seal });
  }

  /** As a later log in the same folder names it. */
  named(): JsonObject {
    const { origin, size, hash } = this.chain.head;
    return { file: 'f.jsonl', origin, size, hash, sealed: false, torn_bytes: 0 };
  }
}
