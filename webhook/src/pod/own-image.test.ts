import { isOwnImage } from './own-image.ts';

const DIGEST = `sha256:${'5f'.repeat(32)}`;
const TAGGED = 'registry.example:5000/llm-boundary/sidecar:0.1.0';
const REPOSITORY = 'registry.example:5000/llm-boundary/sidecar';
const PINNED = `${REPOSITORY}@${DIGEST}`;

describe('isOwnImage', () => {
  it.each([
    ['another tag', `${REPOSITORY}:0.2.0`, [TAGGED]],
    ['another tag with a digest', `${REPOSITORY}:0.2.0@${DIGEST}`, [TAGGED]],
    ['another repository with a digest', `${REPOSITORY}-2@${DIGEST}`, [TAGGED]],
    ['a repository below it', `${REPOSITORY}/x@${DIGEST}`, [TAGGED]],
    ['a short digest', `${TAGGED}@sha256:5f`, [TAGGED]],
    ['something behind the digest', `${PINNED}0`, [TAGGED]],
    ['another digest where one is named', `${REPOSITORY}@sha256:${'00'.repeat(32)}`, [PINNED]],
    ['the tag where a digest is named', TAGGED, [PINNED]],
    ['a mirror that is not named', TAGGED.replace('registry', 'mirror'), [TAGGED]],
    ['nothing', '', [TAGGED]],
  ])('not %s', (_name, found, named) => {
    expect(isOwnImage(found, named)).toBe(false);
  });

  it.each([
    ['as it is named', TAGGED, [TAGGED]],
    ['pinned with its tag', `${TAGGED}@${DIGEST}`, [TAGGED]],
    ['pinned without its tag', PINNED, [TAGGED]],
    ['pinned, named without a tag', PINNED, [REPOSITORY]],
    ['by its digest', PINNED, [PINNED]],
    ['one of several', 'mirror.example/sidecar:0.1.0', [TAGGED, 'mirror.example/sidecar:0.1.0']],
  ])('%s', (_name, found, named) => {
    expect(isOwnImage(found, named)).toBe(true);
  });
});
