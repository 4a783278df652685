/** A view of the page, as the part of the address behind `#` names it. */
export type Route =
  /** No view is named. */
  | { readonly view: 'start' }
  | { readonly view: 'fleet' }
  | { readonly view: 'workload'; readonly namespace: string; readonly kind: string; readonly name: string }
  | {
      readonly view: 'decision';
      readonly id: string;
      /** Where it is; null: every sidecar is asked. */
      readonly at: { readonly namespace: string; readonly pod: string } | null;
    }
  | { readonly view: 'policies' }
  | {
      readonly view: 'policy';
      readonly namespace: string;
      readonly name: string;
      readonly asked: string | null;
    }
  | { readonly view: 'lab'; readonly namespace: string | null; readonly policy: string | null }
  | { readonly view: 'decisions' }
  | { readonly view: 'audit' }
  | { readonly view: 'demo' }
  | { readonly view: 'lost' };

/** @param hash `#/workload/chat/Deployment/support`, or empty: the start */
export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const [view = '', ...names] = path.split('/').map(decoded);
  const asked = new URLSearchParams(query);
  switch (view) {
    case '':
      return { view: 'start' };
    case 'lab':
      return { view: 'lab', namespace: asked.get('namespace'), policy: asked.get('policy') };
    case 'fleet':
    case 'decisions':
    case 'policies':
    case 'audit':
    case 'demo':
      return { view };
    default:
      return names.includes('') ? { view: 'lost' } : routeOfObject(view, names, asked);
  }
}

function routeOfObject(view: string, names: readonly string[], asked: URLSearchParams): Route {
  const [a, b, c] = names;
  if (view === 'workload' && a !== undefined && b !== undefined && c !== undefined)
    return { view, namespace: a, kind: b, name: c };
  if (view === 'policy' && a !== undefined && b !== undefined)
    return { view, namespace: a, name: b, asked: asked.get('asked') };
  if (view === 'decision' && a !== undefined) return { view, id: a, at: placeIn(asked) };
  return { view: 'lost' };
}

function placeIn(asked: URLSearchParams): { readonly namespace: string; readonly pod: string } | null {
  const [namespace, pod] = [asked.get('namespace'), asked.get('pod')];
  return namespace === null || pod === null ? null : { namespace, pod };
}

/** A broken escape is part of a name that does not exist. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Joins parts of a path, each escaped. */
export function path(...parts: readonly string[]): string {
  return parts.map(encodeURIComponent).join('/');
}

/** `?a=1&b=2` without the members that are null; empty where all are. */
export function query(members: Readonly<Record<string, string | null>>): string {
  const present = Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== null);
  return present.length === 0 ? '' : `?${new URLSearchParams(present).toString()}`;
}
