import { receivedFiles } from '../received/otlp-file.ts';
import { recordsKept } from '../evidence.ts';

/** A sealed body in a collector's file. */
export interface ReceivedBody {
  /** The digest that it was sent under. */
  readonly sha256: string;
  readonly bytes: Buffer;
  /** `FILE:LINE`. */
  readonly where: string;
}

/** The sealed bodies that a collector received (`audit.sinks[].otlp.bodies`), each as often as it did. @throws the file system's errors. */
export async function* receivedBodies(paths: readonly string[]): AsyncGenerator<ReceivedBody> {
  for (const file of await receivedFiles(paths))
    for await (const { attributes, bytes, where } of recordsKept(file)) {
      const sha256 = attributes.get('llm_boundary.sealed.sha256');
      if (typeof sha256 === 'string') yield { sha256, bytes: bytes() ?? Buffer.alloc(0), where };
    }
}
