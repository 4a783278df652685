import { Reflector } from './reflector.ts';

type Page = { readonly names: readonly string[]; readonly next?: string } | Error;

/** An API server of one list, in pages by their token; the first has none. */
class Pages {
  readonly asked: string[] = [];
  readonly seen = new Set<string>();
  readonly errors: unknown[] = [];
  readonly mirror: Reflector;
  pages: Readonly<Record<string, Page>> = {};
  #watched: (() => void) | null = null;

  constructor() {
    const rest = {
      send: ({ path }: { readonly path: string }): Promise<unknown> => {
        const query = new URL(path, 'https://api').searchParams;
        this.asked.push(`${query.get('limit') ?? ''} ${query.get('continue') ?? 'first'}`);
        const page = this.pages[query.get('continue') ?? ''];
        if (page === undefined || page instanceof Error)
          return Promise.reject(page ?? new Error('no such page'));
        const items = page.names.map((name) => ({ metadata: { name, resourceVersion: '1' } }));
        return Promise.resolve({ metadata: { resourceVersion: '9', continue: page.next ?? '' }, items });
      },
      // Ends where a test wants a new list, and with the reflector.
      watch: (_path: string, _onEvent: (event: unknown) => void, signal: AbortSignal): Promise<void> =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve());
          this.#watched?.();
          this.#end = resolve;
        }),
    };
    this.mirror = new Reflector(rest, {
      path: '/api/v1/pods',
      onSet: (object) => this.seen.add((object as { metadata: { name: string } }).metadata.name),
      onDelete: (_namespace, name) => this.seen.delete(name),
      onError: (error) => {
        this.errors.push(error);
        this.mirror.stop();
      },
    });
  }

  #end: () => void = () => undefined;

  /** Lists anew, and waits until it watches. */
  list(): Promise<void> {
    const watching = new Promise<void>((resolve) => (this.#watched = resolve));
    this.#end();
    return watching;
  }
}

describe('a list in pages', () => {
  it('is read to its end; what no page has is gone', async () => {
    const api = new Pages();
    api.pages = { '': { names: ['a', 'b'], next: 'x' }, x: { names: ['c'], next: 'y' }, y: { names: ['d'] } };
    const listed = api.list();
    const done = api.mirror.run();
    await listed;
    expect(api.asked).toEqual(['500 first', '500 x', '500 y']);
    expect([...api.seen]).toEqual(['a', 'b', 'c', 'd']);
    api.pages = { '': { names: ['a'], next: 'x' }, x: { names: ['d'] } };
    await api.list();
    expect([...api.seen]).toEqual(['a', 'd']);
    api.mirror.stop();
    await done;
    expect(api.errors).toEqual([]);
  });

  it('that breaks off takes nothing away, and is not complete', async () => {
    const api = new Pages();
    api.pages = { '': { names: ['a'], next: 'x' }, x: new Error('410: the token is too old') };
    await api.mirror.run();
    expect([...api.seen]).toEqual(['a']);
    expect(api.errors).toHaveLength(1);
    expect(api.mirror.synced).toBe(false);
  });
});
