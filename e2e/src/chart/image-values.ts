import { IMAGES, image } from '../cluster/images.ts';

/** Helm flags for the images built here. */
export function imageValues(): readonly string[] {
  const [webhook, webhookTag] = image(IMAGES.webhook).split(':');
  const [sidecar, sidecarTag] = image(IMAGES.sidecar).split(':');
  return [
    `image.repository=${webhook ?? ''},image.tag=${webhookTag ?? ''},image.pullPolicy=Never`,
    `sidecar.image.repository=${sidecar ?? ''},sidecar.image.tag=${sidecarTag ?? ''},sidecar.pullPolicy=Never`,
  ].flatMap((values) => ['--set', values]);
}
