import type { CompiledConsole } from '../policy/compile/compiled-callers.ts';
import { verifyToken, type Verification } from './jwt.ts';

/** Signatures that are checked at once: what a flood of bad tokens costs the exchanges of the pod is bounded. */
const MAX_CHECKED = 4;

/** Audience of the tokens with which the console asks one pod: a token that another pod was given is of no use here. */
function consoleAudience(podUid: string): string {
  return `llm-boundary-console/${podUid}`;
}

/** Whether a request is from the console of the cluster. */
export class ConsoleAccess {
  readonly #podUid: string;
  #checked = 0;

  constructor(podUid: string) {
    this.#podUid = podUid;
  }

  /**
   * `header`: `Authorization` of the request. `console`: null where the cluster has none. `busy`: ask again. Never rejects.
   */
  async of(
    header: string | undefined,
    console: CompiledConsole | null,
    verification: Verification,
  ): Promise<'granted' | 'refused' | 'busy'> {
    const token = /^Bearer ([\w.-]+)$/i.exec(header ?? '')?.[1];
    if (token === undefined || console === null || this.#podUid === '') return 'refused';
    if (this.#checked >= MAX_CHECKED) return 'busy';
    this.#checked += 1;
    try {
      const issuer = { ...console.issuer, audience: [consoleAudience(this.#podUid)] };
      const found = await verifyToken(token, issuer, verification);
      return typeof found !== 'string' && found.subject === console.subject ? 'granted' : 'refused';
    } finally {
      this.#checked -= 1;
    }
  }
}
