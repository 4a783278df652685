import { baseName } from './server-call.ts';

/** The last path segment of an image reference, without tag and digest: `vllm-openai`. */
export function imageName(image: string): string {
  return baseName(image.split('@')[0] ?? '').split(':')[0] ?? '';
}

/** Empty if absent. */
export function imageTag(image: string): string {
  return baseName(image.split('@')[0] ?? '').split(':')[1] ?? '';
}
