import type { McpFeature } from '../../exchange/index.ts';

/** Sender of a message. */
export type Sender = 'client' | 'server';

interface Methods {
  readonly requests: ReadonlySet<string>;
  readonly notifications: ReadonlySet<string>;
}

/** Requests of either side; `tasks/…` since 2025-11-25. */
const EITHER = ['ping', 'tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel'];
const EITHER_NOTIFIES = ['notifications/cancelled', 'notifications/progress', 'notifications/tasks/status'];

/** All methods of the specifications 2024-11-05 to 2025-11-25 (`ClientRequest`, `ServerRequest`, … of their schemas). */
export const METHODS: Readonly<Record<Sender, Methods>> = {
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

/** The client feature that a server's request needs. */
export const FEATURE_OF: Readonly<Record<string, McpFeature>> = {
  'sampling/createMessage': 'sampling',
  'elicitation/create': 'elicitation',
  'roots/list': 'roots',
};

/** Members of a client's `capabilities` that declare a feature. */
export const FEATURES: readonly McpFeature[] = ['sampling', 'elicitation', 'roots'];
