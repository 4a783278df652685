import type { McpFeature, Origin } from '../../exchange/index.ts';
import { isModern, type McpVersion } from './version.ts';

/** Sender of a message. */
export type Sender = 'client' | 'server';

/** Sender and context of the messages in a body. */
export interface McpReading {
  readonly sender: Sender;
  /** Origin of the text in the messages. */
  readonly origin: Origin;
  readonly version: McpVersion;
}

/** Methods of one sender. */
export interface Methods {
  readonly requests: ReadonlySet<string>;
  readonly notifications: ReadonlySet<string>;
}

/** Requests of either side; `tasks/…` since 2025-11-25. */
const EITHER = ['ping', 'tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel'];
const EITHER_NOTIFIES = ['notifications/cancelled', 'notifications/progress', 'notifications/tasks/status'];

/** All methods of the specifications 2024-11-05 to 2025-11-25 (`ClientRequest`, `ServerRequest`, … of their schemas). */
const LEGACY: Readonly<Record<Sender, Methods>> = {
  client: {
    requests: new Set([
      ...EITHER,
      'initialize',
      'logging/setLevel',
      'completion/complete',
      'prompts/get',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
      'resources/read',
      'resources/subscribe',
      'resources/unsubscribe',
      'tools/call',
      'tools/list',
    ]),
    notifications: new Set([
      ...EITHER_NOTIFIES,
      'notifications/initialized',
      'notifications/roots/list_changed',
    ]),
  },
  server: {
    requests: new Set([...EITHER, 'sampling/createMessage', 'elicitation/create', 'roots/list']),
    notifications: new Set([
      ...EITHER_NOTIFIES,
      'notifications/message',
      'notifications/elicitation/complete',
      'notifications/resources/updated',
      'notifications/resources/list_changed',
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
    ]),
  },
};

/** All methods of 2026-07-28 and of its extension for tasks (SEP-2663). Servers send no requests. */
const MODERN: typeof LEGACY = {
  client: {
    requests: new Set([
      'server/discover',
      'completion/complete',
      'prompts/get',
      'prompts/list',
      'resources/list',
      'resources/templates/list',
      'resources/read',
      'subscriptions/listen',
      'tools/call',
      'tools/list',
      'tasks/get',
      'tasks/update',
      'tasks/cancel',
    ]),
    notifications: new Set(['notifications/cancelled']),
  },
  server: {
    requests: new Set(),
    notifications: new Set([
      'notifications/cancelled',
      'notifications/progress',
      'notifications/message',
      'notifications/resources/updated',
      'notifications/resources/list_changed',
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
      'notifications/subscriptions/acknowledged',
      'notifications/tasks',
    ]),
  },
};

/** The methods that a sender may use in a revision. */
export function methodsOf(version: McpVersion, sender: Sender): Methods {
  return (isModern(version) ? MODERN : LEGACY)[sender];
}

/** The client feature that a server's request needs, sent as such or in `inputRequests`. */
export const FEATURE_OF: Readonly<Record<string, McpFeature>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

/** Members of a client's `capabilities` that declare a feature. */
export const FEATURES: readonly McpFeature[] = ['sampling', 'elicitation', 'roots'];
