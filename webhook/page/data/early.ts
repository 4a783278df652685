/** Answers are used within this time; a view that is opened later asks anew. */
const GOOD_MS = 5_000;
/** `main.js` is another script: it finds them here. */
const KEY = 'llmBoundaryEarly';

interface Early {
  readonly atMs: number;
  readonly answers: Map<string, Promise<Response | null>>;
}

/** Asks for what the first view needs, while the script of the page is still on its way. @param hash of the address */
export function askEarly(hash: string): void {
  const isFleet = ['', '#', '#/', '#/fleet'].includes(hash);
  const paths = ['api/session', ...(isFleet ? ['api/fleet'] : [])];
  const answers = new Map(
    paths.map((path) => [
      path,
      fetch(path, { credentials: 'same-origin', cache: 'no-store' }).catch(() => null),
    ]),
  );
  Reflect.set(globalThis, KEY, { atMs: performance.now(), answers } satisfies Early);
}

/** The early answer to a path, once. Null: there is none that is good. */
export async function takeEarly(path: string): Promise<Response | null> {
  const early = Reflect.get(globalThis, KEY) as Early | undefined;
  const answer = early?.answers.get(path);
  if (early === undefined || answer === undefined) return null;
  early.answers.delete(path);
  const response = performance.now() - early.atMs < GOOD_MS ? await answer : null;
  return response?.ok === true ? response : null;
}
