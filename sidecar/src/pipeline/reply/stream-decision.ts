import type { Recorded } from '../../audit/record/record.ts';
import { outcomeOf } from '../context/outcome.ts';
import type { OpenReply } from '../context/open-reply.ts';
import type { StreamDecision } from '../inspect/inspector.ts';
import { answerToServer, NOT_DELIVERED } from './server-answer.ts';
import type { StartedReply } from './started-reply.ts';

/** Records a decision about a stream, and answers the server where it waits for it. Rejects if it could not be made durable. */
export async function recordDecision(
  { exchange, inspector }: StartedReply,
  arrived: OpenReply,
  { control, verdict, tools, calls, usage, answer, served, contributors = [], last }: StreamDecision,
): Promise<void> {
  const facts = {
    ...{ model: inspector.model, usage, tools, calls, contributors },
    ...(served === undefined ? {} : { served }),
    ...(last ? arrived.settle() : {}),
  };
  const record = <T>(subject: T): Promise<Recorded<T>> =>
    exchange.record(subject, control, outcomeOf(verdict, 200), facts);
  if (answer === null) {
    await record(exchange);
    return;
  }
  const refusal = exchange.refusal(answer.block.code, answer.block.detail);
  const path = answer.path ?? exchange.target.url;
  const recorded = await record(answerToServer(exchange, path, answer.ids, refusal));
  exchange.boundary.upstream.send(recorded, NOT_DELIVERED);
}
