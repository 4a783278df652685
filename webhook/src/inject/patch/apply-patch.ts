import { sameJson, type PatchOperation } from './patch.ts';

/** A patch does not fit its document. */
export class PatchConflict extends Error {
  override readonly name = 'PatchConflict';
}

type Node = unknown[] | Record<string, unknown>;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null;
}

function unescape(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function read(node: Node, key: string): unknown {
  return Array.isArray(node) ? node[Number(key)] : Object.hasOwn(node, key) ? node[key] : undefined;
}

function parent(root: unknown, tokens: readonly string[], path: string): Node {
  let node = root;
  for (const token of tokens) {
    if (!isNode(node)) throw new PatchConflict(`nothing at ${path}`);
    node = read(node, token);
  }
  if (!isNode(node)) throw new PatchConflict(`nothing at ${path}`);
  return node;
}

/** An own property, also for `__proto__`. */
function put(node: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(node, key, { value, configurable: true, enumerable: true, writable: true });
}

function add(node: Node, key: string, value: unknown, path: string): void {
  if (!Array.isArray(node)) {
    put(node, key, value);
    return;
  }
  const index = key === '-' ? node.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > node.length)
    throw new PatchConflict(`no index at ${path}`);
  node.splice(index, 0, value);
}

function remove(node: Node, key: string): void {
  if (Array.isArray(node)) node.splice(Number(key), 1);
  else Reflect.deleteProperty(node, key);
}

function applyOne(root: unknown, operation: PatchOperation): void {
  const tokens = operation.path.split('/').slice(1).map(unescape);
  const key = tokens.at(-1);
  if (key === undefined) throw new PatchConflict('the whole document cannot be patched');
  const node = parent(root, tokens.slice(0, -1), operation.path);
  const { op, path } = operation;
  if (op !== 'add' && read(node, key) === undefined) throw new PatchConflict(`nothing at ${path}`);
  switch (op) {
    case 'test':
      if (!sameJson(read(node, key), operation.value)) throw new PatchConflict(`another value at ${path}`);
      return;
    case 'add':
      add(node, key, structuredClone(operation.value), path);
      return;
    case 'replace':
      if (Array.isArray(node)) node[Number(key)] = structuredClone(operation.value);
      else put(node, key, structuredClone(operation.value));
      return;
    case 'remove':
      remove(node, key);
      return;
    default:
      operation satisfies never;
  }
}

/** Applies a patch (RFC 6902 without `move` and `copy`) to a copy of the document. @throws PatchConflict if it does not fit */
export function applyPatch<T>(document: T, operations: readonly PatchOperation[]): T {
  // Through JSON, because with YAML aliases one edit would otherwise show in two places.
  const copy = JSON.parse(JSON.stringify(document)) as T;
  for (const operation of operations) applyOne(copy, operation);
  return copy;
}
