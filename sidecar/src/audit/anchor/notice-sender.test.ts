import type { Decision } from '../../exchange/index.ts';
import type { AnchorReply } from './anchor-connection.ts';
import { NoticeSender } from './notice-sender.ts';

const DECISION: Decision = {
  ...{ kind: 'ingress', exchange: 'a', direction: 'inbound', dialect: 'openai-chat', method: 'POST' },
  ...{ path: '/v1/chat/completions', verdict: 'block', code: 'model_not_allowed', status: 403, hits: [] },
  ...{ model: 'm', tools: [], usage: null, policy: null, outcome: null, content: null },
};

let sender: NoticeSender;
let got: object[] = [];
let warnings: string[] = [];
let heard: () => void = () => undefined;

/** A sender whose requests get these answers in turn, the last one for ever. */
function start(answers: readonly AnchorReply[]): void {
  [got, warnings] = [[], []];
  sender = new NoticeSender({
    connection: {
      post: (path, body) => {
        const reply = answers[Math.min(got.length, answers.length - 1)];
        got.push({ path, ...body });
        heard();
        return Promise.resolve(reply ?? { kind: 'connection', reason: 'ECONNREFUSED' });
      },
    },
    clock: () => 7,
    log: { warning: (text) => void warnings.push(text) },
    limits: { gatherMs: 1, everyMs: 1, firstMs: 1, maxMs: 1 },
  });
}

function requests(count: number): Promise<void> {
  return new Promise((resolve) => {
    heard = () => {
      if (got.length >= count) resolve();
    };
    heard();
  });
}

const TAKEN: AnchorReply = { kind: 'answered', status: 200, body: {} };
const NOTICE = { control: 'ingress', rule: 'model_not_allowed', code: 'model_not_allowed', kind: 'refused' };

afterEach(() => sender.finish(0));

it.each<[string, AnchorReply]>([
  ['there is no connection', { kind: 'connection', reason: 'ECONNREFUSED' }],
  ['there is no token', { kind: 'credentials', reason: 'ENOENT' }],
  ['it comes too often', { kind: 'answered', status: 429, body: { error: 'too_often' } }],
  ['the anchor is older', { kind: 'answered', status: 404, body: { error: 'not_found' } }],
])('sends again, with what came since, where %s, and says so once', async (_name, reply) => {
  start([reply, reply, TAKEN]);
  sender.decided(DECISION);
  await requests(1);
  sender.decided({ ...DECISION, exchange: 'b' });
  await requests(3);
  await sender.finish(1_000);
  expect(got[2]).toEqual({
    ...{ path: '/v1/notices', v: 1, more: 0 },
    notices: [{ ...NOTICE, count: 2, firstMs: 7, lastMs: 7, exchange: 'b' }],
  });
  expect(warnings).toHaveLength(2);
});

it('drops what the anchor does not understand', async () => {
  start([{ kind: 'answered', status: 400, body: { error: 'malformed' } }, TAKEN]);
  sender.decided(DECISION);
  await requests(1);
  await sender.finish(1_000);
  expect(got).toHaveLength(1);
});

it('sends what is left at the end', async () => {
  start([TAKEN]);
  sender.decided(DECISION);
  await sender.finish(1_000);
  expect(got).toMatchObject([{ notices: [{ ...NOTICE, count: 1 }] }]);
  expect(warnings).toEqual([]);
});
