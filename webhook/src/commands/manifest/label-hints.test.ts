import { readFileSync } from 'node:fs';

import { labelHints } from './label-hints.ts';
import type { JsonObject } from './pod-templates.ts';

const KEY = 'llm-boundary.io/inject';
const policies = new URL('../../../../charts/llm-boundary/templates/admission/hints.yaml', import.meta.url);

function deployment(own: JsonObject, template: JsonObject, annotations: JsonObject = {}): JsonObject {
  return {
    kind: 'Deployment',
    metadata: { labels: own },
    spec: { template: { metadata: { labels: template, annotations } } },
  };
}

describe('labelHints', () => {
  it.each<[string, JsonObject, readonly string[]]>([
    ['True', deployment({}, { [KEY]: 'True' }), ['has the value "True"']],
    ['enabled', deployment({}, { [KEY]: 'enabled' }), ['has the value "enabled"']],
    ['yes, twice', deployment({ [KEY]: 'yes' }, { [KEY]: 'yes' }), ['has the value "yes"']],
    ['a boolean', deployment({}, { [KEY]: true }), ['has the value true, which is no text']],
    [
      'another case',
      deployment({}, { 'llm-boundary.io/Inject': 'true' }),
      ['label llm-boundary.io/Inject selects'],
    ],
    ['without the domain', deployment({}, { 'llm-boundary/inject': 'true' }), ['The label is']],
    ["as Istio's", deployment({ 'llm-boundary-injection': 'enabled' }, {}), ['The label is']],
    ['in one word', deployment({}, { 'llmboundary.io/inject': 'true' }), ['The label is']],
    ['an annotation', deployment({}, {}, { [KEY]: 'true' }), ['as an annotation it selects nothing']],
    ['on the workload alone', deployment({ [KEY]: 'true' }, {}), ['is on the workload, not on its pods']],
    [
      'a namespace with a boolean',
      { kind: 'Namespace', metadata: { labels: { [KEY]: true } } },
      ['which is no text'],
    ],
    ['right', deployment({}, { [KEY]: 'true' }), []],
    ['switched off', deployment({}, { [KEY]: 'false' }), []],
    ['other labels of ours', deployment({}, { 'llm-boundary.io/policy': 'x', app: 'inject' }), []],
    ['no metadata', { kind: 'Deployment' }, []],
  ])('%s', (_name, document, expected) => {
    const hints = labelHints(document, ['/spec/template'], false);
    expect(hints).toHaveLength(expected.length);
    hints.forEach((hint, index) => expect(hint).toContain(expected[index]));
  });

  it('a label on the workload alone is enough in a labelled namespace', () => {
    expect(labelHints(deployment({ [KEY]: 'true' }, {}), ['/spec/template'], true)).toEqual([]);
  });

  it('says what the admission policies say', () => {
    const cel = readFileSync(policies, 'utf8');
    const documents = [
      deployment({}, { [KEY]: 'VALUE' }),
      deployment({}, { 'llm-boundary/inject': 'true' }),
      deployment({ [KEY]: 'true' }, {}, { [KEY]: 'true' }),
    ];
    const hints = documents.flatMap((document) => labelHints(document, ['/spec/template'], false));
    expect(hints).toHaveLength(4);
    for (const hint of hints)
      for (const part of hint.split(/VALUE|llm-boundary\/inject/)) expect(cel).toContain(part);
  });
});
