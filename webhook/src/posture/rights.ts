import { statusOf } from './status.ts';

/** GET of the API server, as JSON. Its error has the HTTP status as `status`, 0 without an answer. */
export type Get = (path: string) => Promise<unknown>;

export interface Right {
  readonly verb: 'get' | 'list';
  /** With its subresource: `pods/proxy`. */
  readonly resource: string;
  /** Null: all. */
  readonly namespace: string | null;
}

/** `list pods in the namespace chat (kubectl auth can-i …)`: a right with the command that shows whether an account has it. */
export function rightText({ verb, resource, namespace }: Right): string {
  const [kind = resource, part] = resource.split('/');
  const command = [
    `kubectl auth can-i ${verb} ${kind}`,
    ...(part === undefined ? [] : [`--subresource=${part}`]),
    namespace === null ? '--all-namespaces' : `--namespace ${namespace}`,
  ].join(' ');
  const where = namespace === null ? 'all namespaces' : `the namespace ${namespace}`;
  return `${verb} ${resource} in ${where} (${command})`;
}

/** What the API server refused to this account. */
export class MissingRights extends Error {
  override readonly name = 'MissingRights';

  constructor(rights: readonly Right[], advice: string) {
    super(`this account may not ${rights.map(rightText).join(', nor ')}${advice}`);
  }
}

/** Asks for several things, and remembers which rights were missing. */
export class Asker {
  readonly missing: Right[] = [];
  readonly #get: Get;

  constructor(get: Get) {
    this.#get = get;
  }

  /** Undefined: the right is missing. @throws what `get` throws for any other reason */
  async ask(path: string, right: Right): Promise<unknown> {
    try {
      return await this.#get(path);
    } catch (error) {
      if (statusOf(error) !== 403) throw error;
      this.missing.push(right);
      return undefined;
    }
  }
}
