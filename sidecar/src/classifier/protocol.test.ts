import { AnswerInvalid, questionOf, scoreIn } from './protocol.ts';
import { settingsOf } from './testing/settings.ts';

const TEI = 'protocol: text-classification';
const VLLM = "protocol: vllm-classify, model: guard, classes: 'BENIGN,INJECTION,JAILBREAK'";
const OPENAI = 'protocol: openai-moderation, model: guard';
const KSERVE = "protocol: kserve-v2, classes: 'BENIGN,INJECTION'";

function outputs(...tensors: readonly object[]): object {
  const own = { name: 'scores', datatype: 'FP32', shape: [1, 2] };
  return { model_name: 'guard', outputs: tensors.map((tensor) => ({ ...own, ...tensor })) };
}

describe('a question', () => {
  it.each([
    [TEI, { inputs: 'Hi' }],
    [VLLM, { model: 'guard', input: 'Hi' }],
    [OPENAI, { model: 'guard', input: 'Hi' }],
    [KSERVE, { inputs: [{ name: 'text', shape: [1, 1], datatype: 'BYTES', data: ['Hi'] }] }],
    [
      `${KSERVE}, input: TEXT`,
      { inputs: [{ name: 'TEXT', shape: [1, 1], datatype: 'BYTES', data: ['Hi'] }] },
    ],
  ])('is of the protocol: %s', (written, expected) => {
    expect(questionOf('Hi', settingsOf(written))).toEqual(expected);
  });
});

describe('an answer', () => {
  it.each<readonly [string, unknown]>([
    [TEI, null],
    [TEI, []],
    [TEI, {}],
    [TEI, [[], []]],
    [TEI, [{ label: 'INJECTION' }]],
    [TEI, [{ label: 'INJECTION', score: '0.9' }]],
    [TEI, [{ label: 'INJECTION', score: 3.2 }]],
    [TEI, [{ label: 'SAFE', score: 0.9 }]],
    [TEI, [[{ label: 'INJECTION', score: 0.9 }], [{ label: 'INJECTION', score: 0.1 }]]],
    [TEI, { error: 'overloaded' }],
    [VLLM, { data: [] }],
    [VLLM, { data: [{ probs: [0.1, 0.9] }] }],
    [VLLM, { data: [{ probs: [0.1, 0.2, 7] }] }],
    [VLLM, { data: [{ probs: [1, 0, 0] }, { probs: [0, 1, 0] }] }],
    [OPENAI, { results: [] }],
    [OPENAI, { results: [{ categories: {} }] }],
    [`${OPENAI}, labels: [jailbreak]`, { results: [{ flagged: true, category_scores: { hate: 1 } }] }],
    [`${OPENAI}, labels: [jailbreak]`, { results: [{ flagged: true, category_scores: { jailbreak: 2 } }] }],
    [KSERVE, outputs()],
    [KSERVE, outputs({ data: [-2, 4] })],
    [KSERVE, outputs({ data: [0.1] })],
    [KSERVE, outputs({ data: [0.1, 0.9], shape: [1, 3] })],
    [KSERVE, outputs({ data: [0.1, 0.9], datatype: 'INT64' })],
    [KSERVE, outputs({ data: [0.1, 0.9] }, { name: 'other', data: [0.1, 0.9] })],
    [`${KSERVE}, output: none`, outputs({ data: [0.1, 0.9] })],
  ])('that is not of the protocol has no score: %s %j', (written, answer) => {
    expect(() => scoreIn(answer, settingsOf(written))).toThrow(AnswerInvalid);
  });

  const found = { label: 'injection', score: 0.75 };
  it.each<readonly [string, unknown, number]>([
    [TEI, [found, { label: 'benign', score: 0.25 }], 0.75],
    [TEI, [[found]], 0.75],
    [TEI, [found, { label: 'JAILBREAK', score: 0.125 }], 0.875],
    [`${TEI}, labels: [benign]`, [found, { label: 'BENIGN', score: 0.25 }], 0.25],
    [VLLM, { data: [{ index: 0, label: 'BENIGN', probs: [0.5, 0.25, 0.25], num_classes: 3 }] }, 0.5],
    [OPENAI, { results: [{ flagged: true, category_scores: { hate: 0.1 } }] }, 1],
    [OPENAI, { results: [{ flagged: false }] }, 0],
    [
      `${OPENAI}, labels: [jailbreak, prompt_injection]`,
      {
        results: [
          { flagged: false, category_scores: { jailbreak: 0.25, prompt_injection: 0.5, hate: null } },
        ],
      },
      0.5,
    ],
    [KSERVE, outputs({ data: [0.25, 0.75] }), 0.75],
    [KSERVE, outputs({ data: [[0.25, 0.75]], datatype: 'FP64' }), 0.75],
    [`${KSERVE}, scores: logits`, outputs({ data: [1000, 1000] }), 0.5],
    [`${KSERVE}, output: scores`, outputs({ data: [0.25, 0.75] }, { name: 'other', data: [1] }), 0.75],
  ])('has the score of the labels: %s %j', (written, answer, expected) => {
    expect(scoreIn(answer, settingsOf(written))).toBeCloseTo(expected, 10);
  });
});
