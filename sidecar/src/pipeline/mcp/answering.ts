import type { Answering } from '../reply-sink.ts';
import type { Session } from '../session.ts';
import { refuserOf, type McpAsked } from './asked.ts';
import { McpStream } from './stream.ts';
import { McpWhole } from './whole.ts';

/** The reply of an MCP server: JSON in one piece, or a stream of messages. */
export function answeringMcp(session: Session, asked: McpAsked): Answering {
  return {
    refuser: refuserOf(asked.scene, asked.ids, asked.batch),
    policy: asked.scene.policy,
    model: null,
    framing: (status, type) =>
      status === 200 && type === 'text/event-stream' && asked.method !== 'DELETE' ? 'sse' : null,
    body: (replying, type, framing) =>
      framing === null
        ? new McpWhole(session, asked, replying, type)
        : new McpStream(session, asked, replying),
  };
}
