const DIGEST = /^@sha256:[0-9a-f]{64}$/;

/** Without the tag; a port of the registry stays. */
function repository(image: string): string {
  return image.replace(/:[^:/@]*$/, '');
}

function isPinned(found: string, image: string): boolean {
  return (
    !image.includes('@') &&
    [image, repository(image)].some((name) => found.startsWith(name) && DIGEST.test(found.slice(name.length)))
  );
}

/**
 * True for an image of this installation: one that it names, or the same with a digest, as other webhooks pin it (`NAME:TAG@sha256:…` or
 * `NAME@sha256:…`). An image named with a digest matches exactly only.
 */
export function isOwnImage(found: string, named: readonly string[]): boolean {
  return named.some((image) => found === image || isPinned(found, image));
}
