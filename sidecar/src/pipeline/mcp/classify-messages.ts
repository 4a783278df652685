import { mcpTextsToClassify, type Classified } from '../../controls/index.ts';
import type { McpMessage } from '../../exchange/index.ts';
import { classify, unanswered } from '../inspect/classify.ts';
import { mcpContext, type McpSession } from './request-context.ts';

/** Has the texts of messages classified that go to the workload. `before`: text of earlier ones of a stream. Never rejects. */
export async function classifyMessages(
  session: McpSession,
  from: 'client' | 'server',
  messages: () => readonly McpMessage[],
  before = '',
): Promise<Classified | undefined> {
  if (mcpContext(session, from).way === 'out') return undefined;
  let texts: readonly string[];
  try {
    texts = mcpTextsToClassify(messages(), before, session.policy);
  } catch {
    // What cannot be read is refused where it is judged.
    return unanswered(session);
  }
  return classify(texts, session);
}
