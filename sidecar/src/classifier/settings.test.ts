import { PolicyInvalid } from '../policy/kinds/problem.ts';
import { classifier } from '../policy/keys/classifier.ts';
import { compileClassifier } from '../policy/compile/compile-classifier.ts';
import { settingsOf } from './testing/settings.ts';

describe('a classifier in a policy', () => {
  it.each([
    ['url: http://guard.example/predict', /unencrypted.*plaintext/],
    ['url: http://tei.ml/predict', /unencrypted/],
    ['url: http://tei.svc.example/predict', /unencrypted/],
    ['url: http://169.254.169.254/predict', /unencrypted/],
    ['url: https://u:p@guard.example/predict', /URL of a classifier/],
    ['url: https://guard.example', /with its path/],
    ["url: 'https://guard.example/predict?key=1'", /URL of a classifier/],
    ['url: ftp://guard.example/predict', /URL of a classifier/],
    ['protocol: openai', /protocol/],
    ['tokenFile: ../token', /folder of secrets/],
    ['origins: [system]', /origins/],
    ['origins: []', /origins/],
    ['threshold: 0', /threshold/],
    ['threshold: 1', /threshold/],
    ['windowBytes: 63', /64 bytes/],
    ["protocol: kserve-v2, classes: 'SAFE,INJECTION', labels: [jailbreak]", /nothing would ever be found/],
    ['protocol: vllm-classify, classes: INJECTION', /names of the classes/],
  ])('is refused: %s', (written, expected) => {
    expect(() => settingsOf(written)).toThrow(expected);
  });

  it.each([
    ['url: http://tei/predict', { origin: 'http://tei', path: '/predict' }],
    ['url: http://tei.ml.svc.cluster.local:8080/a/b', { origin: 'http://tei.ml.svc.cluster.local:8080' }],
    ["url: 'http://[::1]:1/predict'", { origin: 'http://[::1]:1' }],
    ['url: http://guard.example/predict, plaintext: allow', { origin: 'http://guard.example' }],
    ['url: https://guard.example/predict', { threshold: 0.5, windowBytes: 1500, timeoutMs: 1000 }],
    ['onError: local', { onError: 'local' }],
    ['timeout: 250ms', { timeoutMs: 250, onError: 'refuse' }],
    ['protocol: openai-moderation', { labels: null }],
    ['labels: [Unsafe]', { labels: new Set(['unsafe']) }],
    ["protocol: vllm-classify, classes: 'BENIGN,Jailbreak'", { classes: ['benign', 'jailbreak'] }],
  ])('is read: %s', (written, expected) => {
    expect(settingsOf(written)).toMatchObject(expected);
  });

  it.each([
    ['url', { url: 'https://other.ml.svc/predict' }],
    ['protocol', { protocol: 'openai-moderation' as const }],
    ['tokenFile', { tokenFile: 'other' }],
  ])('is one for all layers: %s', (key, change) => {
    const own = {
      url: 'https://tei.ml.svc/predict',
      protocol: 'text-classification' as const,
      tokenFile: 'token',
      threshold: 0.5,
    };
    const met = classifier.meet(own, { ...own, ...change });
    expect(() => compileClassifier(met)).toThrow(PolicyInvalid);
    expect(() => compileClassifier(met)).toThrow(`classifier.${key}: layers differ`);
  });

  it('is as strict as its strictest layer', () => {
    const own = { url: 'https://tei.ml.svc/predict', protocol: 'text-classification' as const };
    const met = classifier.meet(
      { ...own, threshold: 0.9, onError: 'local', origins: ['tool'], labels: ['a'], plaintext: 'allow' },
      { ...own, threshold: 0.4, onError: 'refuse', origins: ['user'], labels: ['b'], plaintext: 'cluster' },
    );
    expect(met).toMatchObject({ threshold: 0.4, onError: 'refuse', plaintext: 'cluster' });
    expect([met.origins, met.labels]).toEqual([
      ['tool', 'user'],
      ['a', 'b'],
    ]);
  });
});
